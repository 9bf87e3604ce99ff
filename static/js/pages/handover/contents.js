/** Contents of a handover: all searches in the order of the report, what is written of each, and who has read it. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { OF_SEARCH } from "../../forms/handover_fields.js";
import { isWritten } from "./authorship.js";
import { formatMoment } from "../../format/time_elements.js";
import { nameAndAge } from "./child_summary.js";
import { progressOf } from "./restatement.js";

/** @param {HandoverView} view */
export function index(view) {
  const { sections } = view;
  if (!sections.length) return nothing;
  return html`<nav class="handover-contents" aria-label=${t("Searches in this handover")}><h2>${n("{count} search", "{count} searches", sections.length)}</h2>${progress(view)}
    <ol role="list">${sections.map((/** @type {any} */ it) => html`<li data-contents=${it.board}>${mark(it, view)}<a href="#s-${it.board}">${nameAndAge(it.search)} <span>${it.search.reference}</span></a>
      ${pips(it, view)} ${outcome(it, view)}</li>`)}</ol>
    ${view.stage === "signed" ? legend() : nothing}</nav>`;
}

/**
 * Return for each of the answers about a search whether it is written for this handover: five texts, and critical points.
 * @param {any} it
 * @param {HandoverView} view
 */
export function written(it, view) {
  const said = view.mayWrite ? view.written(it.board) : it.briefing ?? {};
  return [...OF_SEARCH.map(({ path }) => path), "pinned"].map((path) => isWritten(said, path, view.number));
}

/** @param {any} it @param {HandoverView} view */
export const isEmpty = (it, view) => !written(it, view).some(Boolean);

/** @param {any} it @param {HandoverView} view */
function pips(it, view) {
  if (view.stage === "none" && !view.isFixed) return nothing;
  const all = written(it, view), empty = all.filter((each) => !each).length;
  const text = empty === all.length ? t("not written") : empty ? n("{count} not written", "{count} not written", empty) : t("complete");
  return html`<span class="pips" aria-hidden="true">${all.map((each) => html`<i class=${each ? "w" : ""}></i>`)}</span><small class=${empty ? "some-empty" : ""} data-testid="pips">${text}</small>`;
}

/** @type {Record<string, () => string>} */
const MARKS = { correct: () => t("read, summarised, correct"), waiting: () => t("read, summarised, not answered yet"), read: () => t("read"), "": () => t("not read yet") };

/** @param {any} it @param {HandoverView} view */
function mark(it, view) {
  if (view.stage !== "signed") return nothing;
  const progress = progressOf(it, view), text = MARKS[progress]();
  return html`<i class="mark is-${progress || "unread"}" role="img" aria-label=${text} title=${text}></i>`;
}

function legend() {
  return html`<p class="legend">${Object.entries(MARKS).map(([progress, text]) => html`<span><i class="mark is-${progress || "unread"}" aria-hidden="true"></i>${text()}</span>`)}
    <span><span class="pips" aria-hidden="true"><i class="w"></i></span>${t("one of six texts filled in")}</span></p>`;
}

/**
 * How far people have read, and what waits for an answer.
 * @param {HandoverView} view
 */
function progress(view) {
  const { sections, stage } = view, all = sections.length;
  if (stage !== "signed" || !view.report.isOf(view.handover)) return nothing;
  const own = view.session.account.id;
  const readers = view.mayTakeOver ? [own] : [...new Set(sections.flatMap((/** @type {any} */ { reads = {} }) => Object.keys(reads)))].filter((id) => id !== view.handover.outgoing);
  const lines = readers.map((id) => {
    const read = sections.filter((/** @type {any} */ each) => (id === own ? !view.reading.isUnread(each) : each.reads?.[id]));
    const last = read.toSorted((/** @type {any} */ one, /** @type {any} */ other) => String(other.reads?.[id]?.at ?? "").localeCompare(String(one.reads?.[id]?.at ?? "")))[0];
    const counts = id === own ? t("You have read {read} of {all}", { read: read.length, all }) : t("{name} has read {read} of {all}", { name: view.nameOf(id), read: read.length, all });
    return html`<p><b>${counts}</b>${id !== own && last?.reads?.[id] ? html` <span>${t("last: {child}, {at}", { child: nameAndAge(last.search), at: formatMoment(last.reads[id].at) })}</span>` : nothing}</p>`;
  });
  const count = (/** @type {string} */ state) => sections.filter((/** @type {any} */ each) => progressOf(each, view) === state).length;
  const correct = count("correct"), waiting = count("waiting"), isOutgoing = view.handover.outgoing === own;
  const more = [
    correct && n("{count} summarised correctly", "{count} summarised correctly", correct),
    waiting && (isOutgoing ? n("{count} waits for your answer", "{count} wait for your answer", waiting) : n("{count} waits for an answer", "{count} wait for an answer", waiting)),
  ].filter(Boolean);
  if (!lines.length && !more.length) return nothing;
  return html`<div class="progress" role="status" data-testid="reading">${lines}${more.length ? html`<p>${more.join(" · ")}</p>` : nothing}</div>`;
}

/** @param {any} it @param {HandoverView} view */
function outcome(it, view) {
  if (view.stage === "signed") return it.after.significant ? html`<b class="todo">${n("{count} new", "{count} new", it.after.significant)}</b>` : nothing;
  if (view.mayWrite && view.forms.written(it.board).dirty) return html`<b class="todo">${t("not saved")}</b>`;
  const overdue = it.tasks.overdue.length;
  return overdue ? html`<span class="text-alert">${t("{count} overdue", { count: overdue })}</span>` : nothing;
}
