/** Cells of the plan: the duties that start on a day as bars, and how many people are planned. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { p, t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { coverageOf, dutyText, entriesOf, placeOf } from "../../core/rules/duty_plan.js";

/** @typedef {import("../../core/rules/duty_plan.js").PlanDay} PlanDay */
/** @typedef {import("../../core/rules/duty_plan.js").PlannedEntry} PlannedEntry */
/** @typedef {{ account: string, name: string, day: PlanDay, now: Date, status: ShiftStatus | null, isCurrent: boolean }} CellView */

/** @param {PlannedEntry[]} entries @param {CellView} view */
export function dutyCell(entries, { account, name, day, now, status, isCurrent }) {
  const own = entriesOf(entries, account, day);
  const said = own.length ? own.map(dutyText).join(", ") : t("nothing planned");
  return html`<td role="gridcell" tabindex=${isCurrent ? 0 : -1} data-account=${account} data-date=${day.date} aria-label=${`${name}: ${said}`}>${
    own.map((entry) => bar(placeOf(entry, day), lookOf(entry, now, status), dutyText(entry)))}</td>`;
}

/**
 * Render how many people are planned during a day. Only future gaps are red: nobody can plan the past.
 * @param {PlannedEntry[]} entries @param {PlanDay} day @param {Date} now
 */
export function coverageCell(entries, day, now) {
  const parts = coverageOf(entries, day).filter(({ count, ends_at: end }) => count || Date.parse(end) > Number(now));
  return html`<td>${parts.map((part) => bar(placeOf(part, day), ["none", "one"][part.count] ?? "two", part.count ? nothing : p("people planned", "none")))}</td>`;
}

/** @param {{ left: number, width: number }} place @param {string} look @param {Drawn} text */
const bar = ({ left, width }, look, text) => html`<span class="bar ${look}" data-left=${left} data-width=${width}>${text}</span>`;

/**
 * "on": on duty; "done": over, or ended early; "open": not confirmed; "": planned.
 * @param {PlannedEntry} entry @param {Date} now @param {ShiftStatus | null} status
 */
function lookOf({ account, starts_at: start, ends_at: end }, now, status) {
  if (Date.parse(end) <= Number(now)) return "done";
  if (status?.absent.some((other) => other.account === account && other.starts_at === start)) return "open";
  if (status?.duties?.some((duty) => duty.account === account && Date.parse(duty.until) > Date.parse(start))) return "on";
  return Date.parse(start) <= Number(now) ? "done" : "";
}

/** Legend of the bars. */
export const legend = () => html`<ul class="plan-legend" aria-hidden="true">${[
  ["on", t("on duty, confirmed")], ["", t("planned")], ["open", t("planned, not confirmed")], ["one", t("one person")], ["two", t("two or more")], ["none", say("nobody")],
].map(([look, text]) => html`<li><i class="bar ${look}"></i>${text}</li>`)}</ul>`;

/**
 * Position the bars by script: the content security policy forbids style attributes.
 * @param {HTMLElement} root
 */
export function placeBars(root) {
  for (const each of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(".plan-grid .bar"))) {
    each.style.setProperty("--left", `${Number(each.dataset.left) * 100}%`);
    each.style.setProperty("--width", `${Number(each.dataset.width) * 100}%`);
  }
}
