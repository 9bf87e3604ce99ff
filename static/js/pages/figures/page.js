/** "Figures" page: the searches of a year or a month, now or as they were at any time. Without names. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { closeOnOutside } from "../../behaviours/close_on_outside.js";
import { PageDrawing } from "../../behaviours/page_drawing.js";
import { get } from "../../core/connection/api.js";
import { Refusal } from "../../core/errors.js";
import { t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { dateAndClock, instantsOf, serverNow, toInput } from "../../core/time.js";
import { printNote } from "../../shared/print_note.js";
import { charts } from "./charts.js";
import { tables } from "./tables.js";
import { tiles } from "./tiles.js";

const ADDRESS = "/api/v1/figures", NAMES = ["year", "month", "at"];
const REFRESH_MS = 10_000; // at most this often while searches change

/** @param {HTMLElement} root @param {Session} session */
export const mount = (root, session) => new FiguresPage(root, session);

export class FiguresPage {
  /** @type {Session} */ session;
  /** @type {Board} */ board;
  #drawing;
  #query = new URLSearchParams([...new URLSearchParams(location.search)].filter(([name]) => NAMES.includes(name)));
  /** @type {FigureReport | null} */ #report = null;
  /** @type {string | null} */ #problem = null;
  #readAt = 0; // time of the last read
  /** @type {number | null} */ #readSeq = null; // position of the board at the last read
  /** @type {ReturnType<typeof setTimeout> | null} */ #timer = null;

  /** @param {HTMLElement} root @param {Session} session */
  constructor(root, session) {
    this.session = session;
    this.board = session.board("operations");
    this.#drawing = new PageDrawing(root);
    root.classList.add("figures-page");
    this.board.watch(this.#follow);
    this.#load();
    closeOnOutside(root.querySelector("details"));
  }

  /** Read again after changes, unless the page shows the past. */
  #follow = () => {
    if (this.#timer || this.#query.has("at") || this.board.seq === this.#readSeq) return;
    const wait = Math.max(0, this.#readAt + REFRESH_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#load();
    }, wait);
  };

  async #load() {
    const query = this.#query.toString();
    this.#readAt = performance.now();
    this.#readSeq = this.board.seq;
    this.#draw();
    const answer = await read(query);
    if (query !== this.#query.toString()) return; // another period was chosen in the meantime
    if (answer instanceof Error) this.#problem = messageOf(answer);
    else [this.#report, this.#problem] = [answer, null];
    this.#draw();
  }

  /** @param {Record<string, string | number | null>} changes parameters of the address; null removes one */
  #show(changes) {
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) this.#query.delete(name);
      else this.#query.set(name, String(value));
    }
    const query = this.#query.toString();
    history.replaceState(history.state, "", query ? `?${query}` : location.pathname);
    this.#problem = null;
    this.#load();
  }

  /** @param {SubmitEvent} event */
  #showAsOf = (event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const [at] = instantsOf(String(form.get("at")));
    if (at) this.#leaveMenu({ at, year: null, month: null });
  };

  /** @param {Record<string, string | null>} changes */
  #leaveMenu(changes) {
    const menu = /** @type {HTMLDetailsElement} */ (document.querySelector(".figures-as-of"));
    menu.open = false;
    menu.querySelector("summary")?.focus();
    this.#show(changes);
  }

  #draw() {
    this.#drawing.draw(html`${this.#head()}
      ${this.#problem === null ? nothing : html`<p class="problem" role="alert">${this.#problem} <button type="button" data-act="read-again" @click=${() => this.#load()}>${t("Try again")}</button></p>`}
      ${this.#report && this.#problem === null ? content(this.#report) : this.#problem === null ? html`<p role="status">${t("Loading…")}</p>` : nothing}${printNote(this)}`);
  }

  #head() {
    const report = this.#report;
    return html`<header class="figures-head"><h1>${pageTitle("figures")}</h1>
      ${report ? this.#period(report) : nothing}<span class="space"></span>
      <details class="figures-as-of"><summary class="button">${t("As of…")}</summary><form @submit=${this.#showAsOf}>
        <label>${t("As of")} <input type="datetime-local" name="at" required max=${toInput(serverNow())} .value=${toInput(this.#query.get("at"))} /></label>
        <button type="submit" class="primary">${t("Show")}</button>
        <button type="button" data-act="now" @click=${() => this.#leaveMenu({ at: null, year: null, month: null })}>${t("Now")}</button></form></details>
      ${this.session.may("export") ? html`<a class="button" data-act="csv" download href="${ADDRESS}.csv?${this.#query}">${t("CSV")}</a>` : nothing}
      <button type="button" data-act="print" @click=${() => print()}>${t("Print")}</button></header>`;
  }

  /** @param {FigureReport} report */
  #period({ year, month, label, as_of: asOf, to, first_year: first }) {
    const months = year * 12 + (month || 1) - 1; // since year 0
    const other = (/** @type {number} */ by) => (month ? { year: Math.floor((months + by) / 12), month: ((months + by) % 12) + 1 } : { year: year + by, month: null });
    const asked = { year, month: month || Number(toInput(asOf).slice(5, 7)) };
    return html`<div class="views" role="group" aria-label=${t("Period")}>
        <button type="button" data-act="month" aria-pressed=${String(Boolean(month))} @click=${() => this.#show(asked)}>${t("Month")}</button>
        <button type="button" data-act="year" aria-pressed=${String(!month)} @click=${() => this.#show({ year, month: null })}>${t("Year")}</button></div>
      <div class="figures-period"><button type="button" data-act="earlier" aria-label=${t("Earlier")} ?disabled=${year <= (first ?? year) && month <= 1} @click=${() => this.#show(other(-1))}>‹</button>
      <b data-testid="period" aria-live="polite">${t("{period}, as of {time}", { period: label, time: dateAndClock(asOf) })}</b>
      <button type="button" data-act="later" aria-label=${t("Later")} ?disabled=${Date.parse(to) > Date.parse(asOf)} @click=${() => this.#show(other(1))}>›</button></div>`;
  }
}

/** @param {string} query */
async function read(query) {
  try {
    return /** @type {FigureReport} */ (await get(query ? `${ADDRESS}?${query}` : ADDRESS));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** @param {FigureReport} report */
function content(report) {
  const isEmpty = report.first_year === null || report.first_year > report.year;
  return html`${isEmpty ? html`<p data-testid="none">${t("No search had been opened by then.")}</p>` : nothing}
    ${report.masked ? html`<p class="quiet" data-testid="masked">${t("Below coordinator: as of the end of a month, and approximate; counts under 3 are hidden.")}</p>` : nothing}
    ${tiles(report)}<div class="figures-columns"><div>${tables(report)}</div><div>${charts(report)}</div></div>`;
}

/** @param {unknown} error */
function messageOf(error) {
  const [sentence] = error instanceof Refusal ? Object.values(error.fields) : [];
  return String(sentence ?? t("The figures could not be loaded."));
}
