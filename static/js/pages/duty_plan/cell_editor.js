/** Editor of a cell of the plan: arrows move, typing begins a change, Enter saves, Delete removes. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { live } from "../../../vendor/lit-html/directives/live.js";
import { t } from "../../core/i18n.js";
import { dutyText, entriesOf, overlaps, parseDuties, planChange } from "../../core/rules/duty_plan.js";
import { HOUR_MS, day as dayName, formatDuration, moment } from "../../core/time.js";

/** @type {Record<string, [number, number]>} */
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const BEGINS = /^\d$/;
const LONG_MS = 16 * HOUR_MS;

/** @typedef {{ account: string, date: string }} PlanCell */
/** @typedef {import("../../core/rules/duty_plan.js").Span} Span */

export class CellEditor {
  /** @type {PlanCell | null} */ cell = null; // the marked one
  #page;
  /** @type {string | null} */ #typed = null; // typed text; null if nothing was typed

  /** @param {DutyPlanView} page */
  constructor(page) {
    this.#page = page;
  }

  get #day() {
    return this.#page.days.find(({ date }) => date === this.cell?.date);
  }

  get #own() {
    const day = this.#day;
    return this.cell && day ? entriesOf(this.#page.entries, this.cell.account, day) : [];
  }

  /** @param {FocusEvent} event */
  onFocus = ({ target }) => {
    const { account, date } = /** @type {HTMLElement} */ (target).dataset;
    if (!account || !date || (account === this.cell?.account && date === this.cell?.date)) return;
    this.cell = { account, date };
    this.#typed = null;
    this.#page.draw();
  };

  /** @param {KeyboardEvent & { currentTarget: HTMLElement }} event */
  onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    if (move) this.#move(event, move);
    else if (!this.#page.mayPlan || !this.cell) return;
    else if (BEGINS.test(event.key)) this.#type(event.key);
    else if (event.key === "Enter") this.#focusInput();
    else if (event.key === "Delete" || event.key === "Backspace") this.#save("");
    else return;
    event.preventDefault();
  };

  /** @param {KeyboardEvent & { currentTarget: HTMLElement }} event @param {[number, number]} move */
  #move({ target, currentTarget }, [rows, columns]) {
    const cell = /** @type {HTMLElement} */ (target).closest("td"), row = cell?.closest("tr"), body = [...currentTarget.querySelectorAll("tbody tr")];
    if (!cell || !row) return;
    const next = body[body.indexOf(row) + rows]?.querySelectorAll("td")[[...row.querySelectorAll("td")].indexOf(cell) + columns];
    next?.focus();
  }

  /** @param {string} key */
  #type(key) {
    this.#typed = key;
    this.#page.draw();
    this.#focusInput();
  }

  #focusInput() {
    const input = /** @type {HTMLInputElement | null} */ (document.querySelector("#plan-duty"));
    input?.focus();
    if (this.#typed === null) input?.select();
    else input?.setSelectionRange(this.#typed.length, this.#typed.length);
  }

  /** @param {string} text */
  #save(text) {
    const cell = this.cell, day = this.#day, wanted = day ? parseDuties(text, day) : null;
    if (!cell || !wanted) return;
    const change = planChange(this.#own, wanted, cell.account);
    this.#typed = null;
    if (change) this.#page.send(change).catch(() => {}); // a refusal is a notice of the page
    this.#page.draw();
    document.querySelector(`td[data-account="${cell.account}"][data-date="${cell.date}"]`)?.focus();
  }

  draw() {
    const cell = this.cell, day = this.#day;
    if (!cell || !day) return html`<section class="box"><p class="quiet">${t("Choose a cell, and type a duty, such as 23-7.")}</p></section>`;
    const text = this.#typed ?? this.#own.map(dutyText).join(", "), wanted = parseDuties(text, day);
    const send = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#save(text);
    };
    const edit = (/** @type {ControlEvent} */ { target: { value } }) => {
      this.#typed = value;
      this.#page.draw();
    };
    return html`<section class="box" aria-labelledby="plan-cell"><h2 id="plan-cell">${this.#page.nameOf(cell.account)}, ${dayName(`${cell.date}T12:00:00Z`)}</h2>
      <p class="quiet">${t("Type duties, such as 23-7 or 7-15, 19-23. Arrow keys move, Enter saves, Delete removes. The plan proposes; the person confirms.")}</p>
      <form class="plan-form" data-form="plan" @submit=${send}><input id="plan-duty" autocomplete="off" aria-label=${t("Duties of the day")} aria-describedby="plan-read" maxlength="60" .value=${live(text)} @input=${edit}>
        <span id="plan-read" class="quiet" aria-live="polite">${wanted ? wanted.map((span) => html`${spanText(span)}${this.#warnings(span, wanted)}`) : text ? t("Not recognised as a duty yet.") : nothing}</span>
        <button class="primary" type="submit" data-act="save-duty" ?disabled=${!wanted}>${t("Save")}</button></form></section>`;
  }

  /**
   * Return warnings about a long duty, or about two duties of one person at the same time. Both may be intended, so they are not refused.
   * @param {Span} span @param {Span[]} wanted of this cell
   */
  #warnings(span, wanted) {
    const own = this.#own, elsewhere = this.#page.entries.filter((entry) => entry.account === this.cell?.account && !own.some(({ id }) => id === entry.id));
    const texts = [
      ...(Date.parse(span.ends_at) - Date.parse(span.starts_at) > LONG_MS ? [t("longer than 16 hours")] : []),
      ...(overlaps(span, [...elsewhere, ...wanted.filter((other) => other !== span)]) ? [t("overlaps another duty")] : []),
    ];
    return texts.length ? html`<b class="warning">${texts.join(", ")}</b> ` : nothing;
  }
}

/** @param {Span} span */
const spanText = ({ starts_at: from, ends_at: to }) => html`<span class="span">${t("{from} to {to}, {length}", { from: moment(from), to: moment(to), length: formatDuration(Date.parse(to) - Date.parse(from)) })}</span> `;
