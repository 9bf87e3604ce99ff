/** Change of a field: "Colour: grey → black"; "Colour: black" if it was empty; "Colour: removed (was: grey)". */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { say, withColon } from "../core/rules/sentences.js";
import { label } from "../core/labels.js";
import { formatPath } from "./values.js";

/**
 * @param {{ path: string, from: any, to: any, kind?: string }} change `from` is undefined if unknown
 * @param {{ session: Session, board: any }} ctx for the names of people and cards
 */
export function fieldChange({ path, from, to, kind }, ctx) {
  return html`<li data-path=${path}>${withColon(label.field(path, kind))} ${turn(from === undefined ? null : formatPath(path, from, ctx, kind), formatPath(path, to, ctx, kind))}</li>`;
}

/**
 * @param {string | null} former
 * @param {string | null} value
 */
export function turn(former, value) {
  if (value !== null) return html`${former === null ? nothing : html`<del>${former}</del> → `}<ins>${value}</ins>`;
  if (former === null) return html`<i>${say("removed")}</i>`;
  const [before, after] = say("removed_value").split("{value}");
  return html`<i>${before}</i><del>${former}</del><i>${after}</i>`;
}
