/**
 * Templates without the blanks between their lines, for what is drawn a thousand times: on a board of a thousand cards those blanks
 * were a third of all nodes. A blank within a line stays, and so does one in a tag.
 */
import { html as asWritten, nothing } from "../../vendor/lit-html/lit-html.js";

const BETWEEN_LINES = /(^|>)[ \t]*\n\s*(?=<|$)/g;

/** @type {WeakMap<TemplateStringsArray, TemplateStringsArray>} */
const compact = new WeakMap(); // lit-html knows a template by its strings

/** @param {TemplateStringsArray} strings @param {unknown[]} values */
export function html(strings, ...values) {
  let short = compact.get(strings);
  if (!short) compact.set(strings, (short = shortened(strings)));
  return asWritten(short, ...values);
}

/**
 * @param {TemplateStringsArray} strings
 * @returns {TemplateStringsArray}
 */
export function shortened(strings) {
  return Object.assign(strings.map((text) => text.replace(BETWEEN_LINES, "$1")), { raw: strings.raw });
}

/**
 * Draw parts beside each other. lit-html leaves a comment for each part that a template may have: here for those that are there.
 * @param {Drawn[]} parts
 * @returns {Drawn}
 */
export function beside(...parts) {
  const there = parts.filter((part) => part !== nothing);
  return there.length > 1 ? there : (there[0] ?? nothing);
}
