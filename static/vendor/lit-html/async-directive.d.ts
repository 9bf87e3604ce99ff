import type { DirectiveResult } from "./lit-html.js";

export declare abstract class AsyncDirective {
  readonly isConnected: boolean;
  setValue(value: unknown): void;
  protected disconnected(): void;
  protected reconnected(): void;
}

export declare function directive<Arguments extends unknown[]>(
  type: new (part: never) => AsyncDirective & { render(...values: Arguments): unknown },
): (...values: Arguments) => DirectiveResult;
