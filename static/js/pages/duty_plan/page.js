/** "Plan of duties" page: a week of days from 07:00 to 07:00, changed by keyboard, and the import of a calendar. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { PageDrawing } from "../../behaviours/page_drawing.js";
import { n, t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { say } from "../../core/rules/sentences.js";
import { addDays, daysOf, holesIn, mondayOf } from "../../core/rules/duty_plan.js";
import { HOUR_MS, day as dayName, formatDuration, serverNow } from "../../core/time.js";
import { people } from "../../forms/form_row.js";
import { printNote } from "../../shared/print_note.js";
import { watchLine } from "../../shared/watch_line/line.js";
import { label } from "../../core/labels.js";
import { CalendarImport } from "./calendar_import.js";
import { CellEditor } from "./cell_editor.js";
import { coverageCell, dutyCell, legend, placeBars } from "./grid.js";

const OPERATIONS = "operations";
const REDRAW_MS = 60_000; // updates which duties are over, and who is on duty
const WEEK = 7;

/** @typedef {import("../../core/rules/duty_plan.js").PlannedEntry} PlannedEntry */

/** @param {HTMLElement} root @param {Session} session */
export const mount = (root, session) => new DutyPlanPage(root, session);

export class DutyPlanPage {
  /** @type {Session} */ session;
  /** @type {Board} */ board;
  #root;
  #drawing;
  #editor;
  #import;
  #monday = mondayOf(serverNow());

  /** @param {HTMLElement} root @param {Session} session */
  constructor(root, session) {
    this.#root = root;
    this.session = session;
    this.board = session.board(OPERATIONS);
    this.#drawing = new PageDrawing(root);
    this.#editor = new CellEditor(this);
    this.#import = new CalendarImport(this);
    root.classList.add("plan-page");
    this.board.watch(this.draw);
    session.watch(this.draw);
    setInterval(this.draw, REDRAW_MS);
    this.draw();
  }

  draw = () => {
    this.#drawing.draw(this.board.seq === null ? html`<p class="loading" role="status">${t("Loading…")}</p>` : this.#page());
    placeBars(this.#root);
    watchLine.setNotices("page", this.#refused());
  };

  // --- for the grid, the editor and the import

  get mayPlan() {
    return this.session.can("coordinator");
  }

  /** @returns {PlannedEntry[]} */
  get entries() {
    return this.board.of("planned_duty").map(({ id, state }) => ({ .../** @type {any} */ (state), id }));
  }

  get days() {
    return daysOf(this.#monday);
  }

  /** People who can be on duty, and those who are planned although they no longer can. @returns {[string, string][]} */
  get people() {
    return /** @type {[string, string][]} */ (people(this.session, ""));
  }

  /** @param {string} account */
  nameOf(account) {
    return this.session.accounts.get(account)?.name ?? "?";
  }

  /**
   * @param {{ entries: unknown[], remove: string[] }} data
   * @returns {Promise<unknown>}
   */
  send(data) {
    const sent = this.session.outbox.add(OPERATIONS, "duty.plan", data);
    this.draw();
    return sent;
  }

  /** @param {number} weeks 0: this week */
  #turn(weeks) {
    this.#monday = weeks ? addDays(this.#monday, weeks * WEEK) : mondayOf(serverNow());
    this.draw();
  }

  // --- drawing

  #page() {
    const { days, entries } = this, now = serverNow();
    return html`
      <header class="plan-head"><h1>${pageTitle("duty_plan")}</h1>
        <button type="button" data-act="previous-week" aria-label=${t("Previous week")} @click=${() => this.#turn(-1)}>‹</button>
        <b data-testid="week">${t("{from} to {to}", { from: dayName(noon(days[0].date)), to: dayName(noon(days[6].date)) })}</b>
        <button type="button" data-act="next-week" aria-label=${t("Next week")} @click=${() => this.#turn(1)}>›</button>
        <button type="button" data-act="this-week" @click=${() => this.#turn(0)}>${t("This week")}</button>
        <span class="quiet">${t("days from 07:00")}${clockChange(days)}</span>
        <span class="space"></span>${holes(holesIn(entries, days, now))}
        ${this.mayPlan ? this.#import.button() : nothing}<button type="button" data-act="print" @click=${() => print()}>${t("Print")}</button></header>
      ${this.#grid(entries, now)}${legend()}
      ${printNote(this)}
      <div class="plan-side">${this.mayPlan ? this.#editor.draw() : html`<p class="quiet">${t("A coordinator plans duties.")}</p>`}${this.#import.draw()}</div>`;
  }

  /** @param {PlannedEntry[]} entries @param {Date} now */
  #grid(entries, now) {
    const { days } = this, [first] = this.people, current = this.#editor.cell ?? { account: first?.[0] ?? "", date: days[0].date };
    const status = this.session.shiftStatus, own = byAccount(entries);
    return html`<div class="plan-scroll"><table class="plan-grid" role="grid" aria-label=${pageTitle("duty_plan")} @keydown=${this.#editor.onKey} @focusin=${this.#editor.onFocus}>
      <thead><tr><th></th>${days.map((day) => html`<th scope="col" class=${isToday(day, now) ? "today" : ""}>${dayName(noon(day.date))}</th>`)}</tr>
        <tr class="coverage"><th scope="row">${pageTitle("duty")}</th>${days.map((day) => coverageCell(entries, day, now))}</tr></thead>
      <tbody>${repeat(this.people, ([account]) => account, ([account, name]) => html`<tr><th scope="row" title=${name}>${name}</th>${
        days.map((day) => dutyCell(own.get(account) ?? [], { account, name, day, now, status, isCurrent: account === current.account && day.date === current.date }))}</tr>`)}</tbody></table></div>`;
  }

  /** @returns {Notice[]} */
  #refused() {
    return this.session.outbox.pending().filter(({ name, status }) => name === "duty.plan" && status === "refused").map((entry) => ({
      kind: "not-saved", refused: entry.id, title: t("Not saved: {what}.", { what: label.noun("planned_duty") }), tone: "own",
      text: String(Object.values(entry.refusal?.fields ?? {})[0] ?? entry.refusal?.message ?? ""),
      actions: html`<button type="button" data-act="discard" @click=${() => this.session.outbox.discard(entry.id)}>${t("Discard")}</button>`,
    }));
  }
}

/** @param {PlannedEntry[]} entries @returns {Map<string, PlannedEntry[]>} */
function byAccount(entries) {
  const groups = new Map();
  for (const entry of entries) {
    if (!groups.has(entry.account)) groups.set(entry.account, []);
    groups.get(entry.account).push(entry);
  }
  return groups;
}

/** @param {string} date */
const noon = (date) => `${date}T12:00:00Z`;
/** @param {import("../../core/rules/duty_plan.js").PlanDay} day @param {Date} now */
const isToday = ({ from, to }, now) => Date.parse(from) <= Number(now) && Number(now) < Date.parse(to);

/** @param {import("../../core/rules/duty_plan.js").PlanDay[]} days */
function clockChange(days) {
  const changed = days.find(({ hours }) => hours !== 24);
  return changed ? html` · ${t("{day} has {hours} hours, because the clocks change", { day: dayName(noon(changed.date)), hours: changed.hours })}` : nothing;
}

/** @param {import("../../core/rules/duty_plan.js").Span[]} found */
function holes(found) {
  if (!found.length) return nothing;
  const length = found.reduce((sum, { starts_at: start, ends_at: end }) => sum + Date.parse(end) - Date.parse(start), 0);
  const hours = length < HOUR_MS ? formatDuration(length) : say("hours", { hours: Math.round(length / HOUR_MS) });
  return html`<b class="text-alert" data-testid="holes">${n("Nobody planned: {count} time, {hours}", "Nobody planned: {count} times, {hours}", found.length, { hours })}</b>`;
}
