/** Contents of a handover: all searches in the order of the report, what is written of each, and who has read it. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { OF_SEARCH } from "../../forms/handover_fields.js";
import { nameAndAge } from "./child_summary.js";

/** @param {HandoverView} view */
export function index(view) {
  const { sections } = view;
  if (!sections.length) return nothing;
  return html`<nav class="handover-contents" aria-label=${t("Searches in this handover")}><h2>${n("{count} search", "{count} searches", sections.length)}</h2>
    <ol role="list">${sections.map((/** @type {any} */ it) => html`<li data-contents=${it.board}>${mark(it, view)}<a href="#s-${it.board}">${nameAndAge(it.search)} <span>${it.search.reference}</span></a>
      ${pips(it, view)} ${outcome(it, view)}</li>`)}</ol>
    ${view.stage === "signed" ? legend() : nothing}</nav>`;
}

/**
 * Return for each of the answers about a search whether it is written: five texts, and critical points.
 * @param {any} it
 * @param {HandoverView} view
 */
export function written(it, view) {
  const said = view.mayWrite ? view.written(it.board) : it.briefing ?? {};
  return [...OF_SEARCH.map(({ path }) => Boolean(said[path]?.trim?.())), (view.mayWrite ? said.pinned ?? [] : it.pinned).length > 0];
}

/** @param {any} it @param {HandoverView} view */
export const isEmpty = (it, view) => !written(it, view).some(Boolean);

/** @param {any} it @param {HandoverView} view */
function pips(it, view) {
  if (view.stage === "none" && !view.isFixed) return nothing;
  const all = written(it, view), empty = all.filter((each) => !each).length;
  const text = empty === all.length ? t("empty") : empty ? n("{count} empty", "{count} empty", empty) : t("complete");
  return html`<span class="pips" aria-hidden="true">${all.map((each) => html`<i class=${each ? "w" : ""}></i>`)}</span><small class=${empty ? "some-empty" : ""} data-testid="pips">${text}</small>`;
}

/** @param {any} it @param {HandoverView} view */
function mark(it, view) {
  if (view.stage !== "signed") return nothing;
  const readers = Object.keys(it.reads ?? {}).filter((id) => id !== view.handover.outgoing);
  const read = view.mayTakeOver ? !view.isUnread(it) : readers.length > 0;
  const text = read ? t("read") : t("not read yet");
  return html`<i class="mark ${read ? "is-read" : ""}" role="img" aria-label=${text} title=${text}></i>`;
}

function legend() {
  return html`<p class="legend"><i class="mark is-read" aria-hidden="true"></i>${t("read")} <i class="mark" aria-hidden="true"></i>${t("not read yet")}
    <span class="pips" aria-hidden="true"><i class="w"></i></span>${t("one of six answers is written")}</p>`;
}

/** @param {any} it @param {HandoverView} view */
function outcome(it, view) {
  if (view.stage === "signed") return it.after.significant ? html`<b class="todo">${n("{count} new", "{count} new", it.after.significant)}</b>` : nothing;
  if (view.mayWrite && view.forms.written(it.board).dirty) return html`<b class="todo">${t("not saved")}</b>`;
  const overdue = it.tasks.overdue.length;
  return overdue ? html`<span class="text-alert">${t("{count} overdue", { count: overdue })}</span>` : html`<span class="text-alert"></span>`;
}
