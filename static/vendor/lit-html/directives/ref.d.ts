import type { DirectiveResult } from "../lit-html.js";

export declare function ref(told: (element: Element | undefined) => void): DirectiveResult;
