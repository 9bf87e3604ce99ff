/**
 * Templates without white space between their lines, for parts that are drawn a thousand times: on a board of a thousand cards, it was
 * a third of all nodes. White space within a line or a tag stays.
 */
import { html as asWritten, nothing } from "../../vendor/lit-html/lit-html.js";

const BETWEEN_LINES = /(^|>)[ \t]*\n\s*(?=<|$)/g;

/** @type {WeakMap<TemplateStringsArray, TemplateStringsArray>} */
const compact = new WeakMap(); // lit-html identifies a template by its strings

/** @param {TemplateStringsArray} strings @param {unknown[]} values */
export function html(strings, ...values) {
  let compacted = compact.get(strings);
  if (!compacted) compact.set(strings, (compacted = shortened(strings)));
  return asWritten(compacted, ...values);
}

/**
 * @param {TemplateStringsArray} strings
 * @returns {TemplateStringsArray}
 */
export function shortened(strings) {
  return Object.assign(strings.map((text) => text.replace(BETWEEN_LINES, "$1")), { raw: strings.raw });
}

/**
 * Return the present parts as a list. lit-html adds a comment node per item of a list, so empty parts are left out.
 * @param {Drawn[]} parts
 * @returns {Drawn}
 */
export function beside(...parts) {
  const present = parts.filter((part) => part !== nothing);
  return present.length > 1 ? present : (present[0] ?? nothing);
}
