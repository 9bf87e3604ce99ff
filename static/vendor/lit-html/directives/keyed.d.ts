import type { DirectiveResult } from "../lit-html.js";

export declare function keyed(key: unknown, template: unknown): DirectiveResult;
