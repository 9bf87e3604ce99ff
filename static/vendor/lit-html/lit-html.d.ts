/* Of lit-html as it is vendored, the part that our templates use. */

export interface TemplateResult {
  readonly strings: TemplateStringsArray;
  readonly values: unknown[];
}

export interface DirectiveResult {
  readonly values: unknown[];
}

export declare const nothing: unique symbol;

/** Drawn in place of a child, it leaves that as it is. */
export declare const noChange: unique symbol;

/** Anything that lit-html draws as a child: templates, texts, lists of them; `nothing`, null and undefined draw nothing. */
export type Drawn =
  | TemplateResult | DirectiveResult | Node | typeof nothing | typeof noChange | string | number | boolean | null | undefined | Iterable<Drawn>;

export declare function html(strings: TemplateStringsArray, ...values: unknown[]): TemplateResult;
export declare function svg(strings: TemplateStringsArray, ...values: unknown[]): TemplateResult;
export declare function render(value: Drawn, container: Element | DocumentFragment, options?: { renderBefore?: ChildNode | null }): unknown;
