/** Import of a calendar: a file is previewed, and nothing changes before "Import" is pressed. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { post } from "../../core/connection/api.js";
import { Refusal } from "../../core/errors.js";
import { n, t } from "../../core/i18n.js";
import { dutyText } from "../../core/rules/duty_plan.js";
import { day as dayName } from "../../core/time.js";
import { announce } from "../../shared/announcer.js";

const AT_ONCE = 200; // entries per command
const MOST_LISTED = 8;
const TIMEOUT_MS = 30_000;

/** @typedef {{ id: string | null, account: string, starts_at: string, ends_at: string, uid: string | null }} CalendarDuty */
/**
 * @typedef {{ calendar: string, until: string, new: CalendarDuty[], changed: { before: CalendarDuty, after: CalendarDuty }[], removed: CalendarDuty[], unchanged: number,
 *   unknown: { text: string, count: number }[], to_check: { account: string, starts_at: string, ends_at: string, reason: string }[] }} CalendarPreview
 */

export class CalendarImport {
  #page;
  /** @type {CalendarPreview | null} */ #preview = null;
  #file = "";
  #message = "";
  #isBusy = false;

  /** @param {DutyPlanView} page */
  constructor(page) {
    this.#page = page;
  }

  button() {
    const choose = (/** @type {Event} */ { currentTarget }) => /** @type {HTMLElement} */ (currentTarget).parentElement?.querySelector("input")?.click();
    return html`<span><button type="button" data-act="import" ?disabled=${this.#isBusy} @click=${choose}>${t("Import a calendar…")}</button>
      <input type="file" accept=".ics,text/calendar" hidden tabindex="-1" data-import aria-label=${t("Import a calendar…")} @change=${this.#chosen}></span>`;
  }

  /** @param {Event} event */
  #chosen = async ({ target }) => {
    const input = /** @type {HTMLInputElement} */ (target), file = input.files?.[0];
    input.value = "";
    if (!file) return;
    this.#show({ preview: null, message: t("Reading the calendar…"), isBusy: true });
    this.#file = file.name;
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const preview = await post(`/api/v1/duties/preview?${new URLSearchParams({ name: file.name })}`, bytes, { timeoutMs: TIMEOUT_MS });
      this.#show({ preview, message: "", isBusy: false });
    } catch (error) {
      this.#show({ preview: null, message: error instanceof Refusal ? error.message : t("Cannot reach the server. Try again."), isBusy: false });
    }
  };

  /** @param {{ preview: CalendarPreview | null, message: string, isBusy: boolean }} given */
  #show({ preview, message, isBusy }) {
    this.#preview = preview;
    this.#message = message;
    this.#isBusy = isBusy;
    this.#page.draw();
  }

  #cancel = () => this.#show({ preview: null, message: "", isBusy: false });

  async #send() {
    if (!this.#preview) return;
    const entries = [...this.#preview.new, ...this.#preview.changed.map(({ after }) => after)], remove = this.#preview.removed.map(({ id }) => String(id));
    this.#show({ preview: this.#preview, message: "", isBusy: true });
    try {
      for (let at = 0; at < Math.max(entries.length, remove.length); at += AT_ONCE) await this.#page.send({ entries: entries.slice(at, at + AT_ONCE), remove: remove.slice(at, at + AT_ONCE) });
      announce(t("The calendar was imported."));
      this.#show({ preview: null, message: t("The calendar was imported."), isBusy: false });
    } catch { // a notice on the page shows the reason
      this.#show({ preview: null, message: t("The import stopped. Import the calendar again to do the rest."), isBusy: false });
    }
  }

  draw() {
    if (!this.#preview) return this.#message ? html`<section class="box" data-testid="import"><p role="status">${this.#message}</p></section>` : nothing;
    const { calendar, until, new: added, changed, removed, unchanged, unknown, to_check: toCheck } = this.#preview, count = added.length + changed.length + removed.length;
    return html`<section class="box" data-testid="import" aria-labelledby="import-title"><h2 id="import-title">${t("Import: {file}", { file: calendar || this.#file })}</h2>
      <p class="quiet">${t("Until {day}. Nothing changes before you press Import.", { day: dayName(until) })}</p>
      <ul class="lines"><li>${n("{count} new", "{count} new", added.length)}</li>
        <li>${n("{count} changed", "{count} changed", changed.length)}${this.#list(changed, ({ before, after }) => html`${this.#who(after)}: <s>${dutyText(before)}</s> ${dutyText(after)}`)}</li>
        <li>${n("{count} removed", "{count} removed", removed.length)}${this.#list(removed, (entry) => html`${this.#who(entry)}: ${dutyText(entry)}`)}</li>
        <li class="quiet">${n("{count} unchanged", "{count} unchanged", unchanged)}</li>
        ${toCheck.length ? html`<li class="to-check"><b>${n("{count} to check", "{count} to check", toCheck.length)}</b>${this.#list(toCheck, (entry) => html`${this.#who(entry)}: ${dutyText(entry)}, ${
          entry.reason === "long" ? t("longer than 16 hours") : t("overlaps another duty")}`)}</li>` : nothing}
        ${unknown.length ? html`<li class="to-check"><b>${t("Without an account, left out:")}</b>${this.#list(unknown, ({ text, count: times }) => html`<bdi>${text}</bdi> (${times})`)}</li>` : nothing}</ul>
      <div class="buttons"><button type="button" data-act="cancel-import" ?disabled=${this.#isBusy} @click=${this.#cancel}>${t("Cancel")}</button>
        <button type="button" class="primary" data-act="send-import" ?disabled=${this.#isBusy || !count} @click=${() => this.#send()}>${t("Import {count}", { count })}</button></div></section>`;
  }

  /**
   * @template T
   * @param {T[]} items @param {(item: T) => Drawn} draw
   */
  #list(items, draw) {
    if (!items.length) return nothing;
    const more = items.length - MOST_LISTED;
    return html`<ul>${items.slice(0, MOST_LISTED).map((item) => html`<li>${draw(item)}</li>`)}${more > 0 ? html`<li>${t("and {count} more", { count: more })}</li>` : nothing}</ul>`;
  }

  /** @param {{ account: string, starts_at: string }} entry */
  #who = ({ account, starts_at: at }) => html`<bdi>${this.#page.nameOf(account)}</bdi>, ${dayName(at)}`;
}
