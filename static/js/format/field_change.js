/** Change of a field as a list item: "Colour: grey → black"; "Colour: black" if it was empty. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { say, withColon } from "../core/rules/sentences.js";
import { label } from "../core/labels.js";
import { formatPath } from "./values.js";

/**
 * @param {{ path: string, from: any, to: any, kind?: string }} change `from` is undefined if unknown
 * @param {{ session: Session, board: any }} ctx for the names of people and cards
 */
export function fieldChange({ path, from, to, kind }, ctx) {
  const former = from === undefined ? null : formatPath(path, from, ctx, kind);
  const before = former === null ? nothing : html`<del>${former}</del> → `;
  return html`<li data-path=${path}>${withColon(label.field(path, kind))} ${before}<ins>${formatPath(path, to, ctx, kind) ?? html`<i>${say("empty")}</i>`}</ins></li>`;
}
