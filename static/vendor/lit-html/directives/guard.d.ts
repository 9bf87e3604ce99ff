import type { DirectiveResult } from "../lit-html.js";

export declare function guard(values: unknown, template: () => unknown): DirectiveResult;
