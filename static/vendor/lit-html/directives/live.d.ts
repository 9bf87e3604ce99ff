import type { DirectiveResult } from "../lit-html.js";

export declare function live(value: unknown): DirectiveResult;
