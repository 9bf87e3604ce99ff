/** Change of a field as an item of a list: "Colour: grey → black". */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { t, withColon } from "../core/i18n.js";
import { label } from "../core/labels.js";
import { formatPath } from "./values.js";

/**
 * @param {{ path: string, from: any, to: any, kind?: string }} change `from` is undefined if unknown
 * @param {{ session: Session, board: any }} ctx to name people and cards
 */
export function fieldChange({ path, from, to, kind }, ctx) {
  const value = (/** @type {any} */ given) => formatPath(path, given, ctx, kind) ?? html`<i>${t("empty")}</i>`;
  const before = from === undefined ? nothing : html`<del>${value(from)}</del> → `;
  return html`<li data-path=${path}>${withColon(label.field(path, kind))} ${before}<ins>${value(to)}</ins></li>`;
}
