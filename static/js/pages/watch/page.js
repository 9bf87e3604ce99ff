/** "The watch" page, for coordinators: who had each grave alarm, and when nobody did, in a past night or another period. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { closeOnOutside } from "../../behaviours/close_on_outside.js";
import { PageDrawing } from "../../behaviours/page_drawing.js";
import { get } from "../../core/connection/api.js";
import { Refusal } from "../../core/errors.js";
import { n, t } from "../../core/i18n.js";
import { isPastNight, lastDays, lastNight, nextDate, nightOf } from "../../core/rules/nights.js";
import { pageTitle } from "../../core/rules/pages.js";
import { clock, dateAndClock, day, instantsOf, serverNow, toInput } from "../../core/time.js";
import { printNote } from "../../shared/print_note.js";
import { causeTable } from "./causes.js";
import { figures } from "./figures.js";
import { promiseTable } from "./promises.js";
import { strips } from "./strips.js";

/** @typedef {import("../../core/rules/nights.js").Period} Period */

const MONTH = 30; // days

/** @param {HTMLElement} root @param {Session} session */
export const mount = (root, session) => new WatchPage(root, session);

export class WatchPage {
  /** @type {Session} */ session;
  /** @type {Board} */ board;
  #drawing;
  /** @type {string | null} */ #night = null; // date of the shown night; null for another period
  /** @type {Period} */ #period;
  /** @type {Watch | null} */ #watch = null;
  /** @type {string | null} */ #problem = null;

  /** @param {HTMLElement} root @param {Session} session */
  constructor(root, session) {
    this.session = session;
    this.board = session.board("operations");
    this.#drawing = new PageDrawing(root);
    root.classList.add("watch-page");
    const query = new URLSearchParams(location.search), night = query.get("night"), from = query.get("from"), to = query.get("to");
    if (!night && from && to && Date.parse(from) && Date.parse(to)) this.#period = { from, to };
    else this.#period = nightOf((this.#night = isPastNight(night, serverNow()) ? night : lastNight(serverNow())) ?? "");
    this.#load();
    closeOnOutside(root.querySelector("details"));
  }

  async #load() {
    const period = this.#period;
    this.#problem = this.#watch = null;
    this.#draw();
    try {
      const watch = await get(`/api/v1/watch?${new URLSearchParams(/** @type {any} */ (period))}`);
      if (period === this.#period) this.#watch = watch;
    } catch (error) {
      if (period === this.#period) this.#problem = messageOf(error);
    }
    this.#draw();
  }

  /** @param {string} date */
  #showNight = (date) => {
    if (!isPastNight(date, serverNow())) return;
    this.#night = date;
    this.#show(nightOf(date), { night: date });
  };

  /** @param {Period} period @param {Record<string, string>} query */
  #show(period, query) {
    this.#period = period;
    history.replaceState(history.state, "", `?${new URLSearchParams(query)}`);
    this.#load();
  }

  /** @param {SubmitEvent} event */
  #showPeriod = (event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const [from, to] = ["from", "to"].map((name) => instantsOf(String(form.get(name)))[0]);
    if (from && to) this.#showOther({ from, to });
  };

  /** @param {Period} period one that is not a night */
  #showOther = (period) => {
    const menu = /** @type {HTMLDetailsElement} */ (document.querySelector(".watch-period"));
    menu.open = false;
    menu.querySelector("summary")?.focus();
    this.#night = null;
    this.#show(period, { ...period });
  };

  #draw() {
    this.#drawing.draw(html`${this.#head()}
      ${this.#problem === null ? nothing : html`<p class="problem" role="alert">${this.#problem} <button type="button" data-act="read-again" @click=${() => this.#load()}>${t("Try again")}</button></p>`}
      ${this.#watch ? this.#content(this.#watch) : this.#problem === null ? html`<p role="status">${t("Loading…")}</p>` : nothing}${printNote(this)}`);
  }

  #head() {
    const now = serverNow(), date = this.#night ?? toInput(this.#period.from).slice(0, 10), next = nextDate(date, 1);
    return html`<header class="watch-head"><h1>${pageTitle("watch")}</h1>
      <div class="watch-nights"><button type="button" data-act="previous-night" aria-label=${t("Previous night")} @click=${() => this.#showNight(nextDate(date, -1))}>‹</button>
      <b data-testid="period" aria-live="polite">${this.#title()}</b>
      <button type="button" data-act="next-night" aria-label=${t("Next night")} ?disabled=${!isPastNight(next, now)} @click=${() => this.#showNight(next)}>›</button></div>
      <input type="date" name="night" aria-label=${t("Night of")} max=${lastNight(now)} .value=${date} @change=${(/** @type {ControlEvent} */ { target }) => this.#showNight(target.value)} />
      ${this.#watch ? html`<span class="quiet">${this.#source(this.#watch)}</span>` : nothing}
      <span class="space"></span>
      <details class="watch-period"><summary class="button">${t("From … to …")}</summary><form @submit=${this.#showPeriod}>
        <label>${t("From")} <input type="datetime-local" name="from" required .value=${toInput(this.#period.from)} /></label>
        <label>${t("To")} <input type="datetime-local" name="to" required .value=${toInput(this.#period.to)} /></label>
        <button type="submit" class="primary">${t("Show")}</button>
        <button type="button" data-act="last-month" @click=${() => this.#showOther(lastDays(MONTH, serverNow()))}>${n("Last {count} day", "Last {count} days", MONTH)}</button></form></details>
      <button type="button" data-act="print" @click=${() => print()}>${t("Print")}</button></header>`;
  }

  #title() {
    const { from, to } = this.#period;
    if (this.#night === null) return t("{from} to {to}", { from: dateAndClock(from), to: dateAndClock(to) });
    return t("Night of {day}, {from} to {to}", { day: day(from), from: clock(from), to: clock(to) });
  }

  /** @param {Watch} watch */
  #source({ to }) {
    const isRunning = Date.parse(to) < Date.parse(this.#period.to);
    return isRunning ? t("From the journal, until now ({time}).", { time: clock(to) }) : t("From the journal.");
  }

  /** @param {Watch} watch */
  #content(watch) {
    return html`${figures(watch)}${watch.alarms ? strips(watch) : html`<p data-testid="none">${t("No grave alarm was open.")}</p>`}${causeTable(watch)}${promiseTable(watch)}`;
  }
}

/** @param {unknown} error */
function messageOf(error) {
  const [sentence] = error instanceof Refusal ? Object.values(error.fields) : [];
  return String(sentence ?? t("The watch could not be loaded."));
}
