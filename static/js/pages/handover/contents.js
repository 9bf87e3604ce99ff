/** Contents of a handover: all searches in the order of the report, with their written texts and readers. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { pathsOf } from "../../forms/form_row.js";
import { ofSearch } from "../../forms/handover_fields.js";
import { isWritten } from "./authorship.js";
import { formatMoment } from "../../format/time_elements.js";
import { alarmCounts } from "./moving_alarms.js";
import { openTitle } from "./open_now.js";
import { nameAndAge } from "./child_summary.js";
import { progressOf } from "./restatement.js";

/** @param {HandoverView} view */
export function index(view) {
  const { sections } = view;
  if (!sections.length) return nothing;
  return html`<nav class="handover-contents" aria-label=${t("Searches in this handover")}><h2>${n("{count} search", "{count} searches", sections.length)}</h2>${progress(view)}${openAlarms(view)}
    <ol role="list">${sections.map((/** @type {any} */ section) => html`<li data-contents=${section.board}>${mark(section, view)}<a href="#s-${section.board}">${nameAndAge(section.search)} <span>${section.search.reference}</span></a>
      ${pips(section, view)} ${openWork(section, view)}</li>`)}</ol>
    ${view.stage === "signed" ? legend() : nothing}</nav>`;
}

/** @param {HandoverView} view */
function openAlarms(view) {
  const { held, assigned, open } = alarmCounts(view), count = held + assigned + open;
  if (!count || (view.stage === "none" && !view.isFixed)) return nothing;
  return html`<p class="contents-open"><a href="#open-now">${openTitle(view)}</a> <span class=${assigned + open ? "text-alert" : ""}>${count}</span></p>`;
}

/**
 * Return a flag for each answer about a search, true if it is written for this handover: five texts, and critical points.
 * @param {any} section
 * @param {HandoverView} view
 */
export function writtenFlags(section, view) {
  const values = view.mayWrite ? view.written(section.board) : section.briefing ?? {};
  return [...pathsOf(ofSearch()), "pinned"].map((path) => isWritten(values, path, view.number));
}

/** @param {any} section @param {HandoverView} view */
export const isEmpty = (section, view) => !writtenFlags(section, view).some(Boolean);

/** @param {any} section @param {HandoverView} view */
function pips(section, view) {
  if (view.stage === "none" && !view.isFixed) return nothing;
  const flags = writtenFlags(section, view), empty = flags.filter((isFlagSet) => !isFlagSet).length;
  const text = empty === flags.length ? t("not written") : empty ? n("{count} not written", "{count} not written", empty) : t("complete");
  return html`<span class="pips" aria-hidden="true">${flags.map((isFlagSet) => html`<i class=${isFlagSet ? "w" : ""}></i>`)}</span><small class=${empty ? "some-empty" : ""} data-testid="pips">${text}</small>`;
}

/** @type {Record<string, () => string>} */
const MARKS = { correct: () => t("read, summarised, correct"), waiting: () => t("read, summarised, not answered yet"), read: () => label.done("read"), "": () => t("not read yet") };

/** @param {any} section @param {HandoverView} view */
function mark(section, view) {
  if (view.stage !== "signed") return nothing;
  const progress = progressOf(section, view), text = MARKS[progress]();
  return html`<i class="mark is-${progress || "unread"}" role="img" aria-label=${text} title=${text}></i>`;
}

function legend() {
  return html`<p class="legend">${Object.entries(MARKS).map(([progress, text]) => html`<span><i class="mark is-${progress || "unread"}" aria-hidden="true"></i>${text()}</span>`)}
    <span><span class="pips" aria-hidden="true"><i class="w"></i></span>${t("one of six texts filled in")}</span></p>`;
}

/**
 * Render the readers' progress, and the number of unanswered summaries.
 * @param {HandoverView} view
 */
function progress(view) {
  const { sections, stage } = view, all = sections.length;
  if (stage !== "signed" || !view.report.isOf(view.handover)) return nothing;
  const ownId = view.session.account.id;
  const readers = view.mayTakeOver ? [ownId] : [...new Set(sections.flatMap((/** @type {any} */ { reads = {} }) => Object.keys(reads)))].filter((id) => id !== view.handover.outgoing);
  const lines = readers.map((id) => {
    const read = sections.filter((/** @type {any} */ section) => (id === ownId ? !view.reading.isUnread(section) : section.reads?.[id]));
    const last = read.toSorted((/** @type {any} */ first, /** @type {any} */ second) => String(second.reads?.[id]?.at ?? "").localeCompare(String(first.reads?.[id]?.at ?? "")))[0];
    const counts = id === ownId ? t("You have read {read} of {all}", { read: read.length, all }) : t("{name} has read {read} of {all}", { name: view.nameOf(id), read: read.length, all });
    return html`<p><b>${counts}</b>${id !== ownId && last?.reads?.[id] ? html` <span>${t("last: {child}, {at}", { child: nameAndAge(last.search), at: formatMoment(last.reads[id].at) })}</span>` : nothing}</p>`;
  });
  const count = (/** @type {string} */ state) => sections.filter((/** @type {any} */ section) => progressOf(section, view) === state).length;
  const correct = count("correct"), waiting = count("waiting"), isOutgoing = view.handover.outgoing === ownId;
  const summaryCounts = [
    correct && n("{count} summarised correctly", "{count} summarised correctly", correct),
    waiting && (isOutgoing ? n("{count} waits for your answer", "{count} wait for your answer", waiting) : n("{count} waits for an answer", "{count} wait for an answer", waiting)),
  ].filter(Boolean);
  if (!lines.length && !summaryCounts.length) return nothing;
  return html`<div class="progress" role="status" data-testid="reading">${lines}${summaryCounts.length ? html`<p>${summaryCounts.join(" · ")}</p>` : nothing}</div>`;
}

/** @param {any} section @param {HandoverView} view */
function openWork(section, view) {
  if (view.stage === "signed") return section.after.significant ? html`<b class="todo">${n("{count} new", "{count} new", section.after.significant)}</b>` : nothing;
  if (view.mayWrite && view.forms.written(section.board).dirty) return html`<b class="todo">${t("not saved")}</b>`;
  const overdue = section.tasks.overdue.length;
  return overdue ? html`<span class="text-alert">${t("{count} overdue", { count: overdue })}</span>` : nothing;
}
