/* Second look at tips and sightings that were set aside: they may belong to this search now that more is known about it. The server
   compares them and adds the wakes that wait on the board; the list is also loaded when a person asks for it. Only people place a tip. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { dialog } from "../../behaviours/dialog.js";
import { get } from "../../core/connection/api.js";
import { draft } from "../../core/storage/drafts.js";
import { n, t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { cardName } from "../../format/values.js";
import { shortPersonName } from "../../format/search_list.js";
import { seenText } from "../../format/time_elements.js";

const OPERATIONS = "operations";

export class LookAgain {
  /** @type {any[]} */ reports = [];
  /** @type {"none" | "asking" | "asked" | "failed"} */ state = "none";
  problem = "";
  sending = new Set(); // reports that are being answered
  #later = new Set(); // waiting wakes that this person does not want to see now
  /** @type {Map<string, string>} */ #reasons = new Map(); // typed reasons, by wake
  /** @type {{ session: Session, board: Board, isClosed: () => boolean, show: () => void, draw: () => void }} */ #page;

  /** @param {{ session: Session, board: Board, isClosed: () => boolean, show: () => void, draw: () => void }} page */
  constructor(page) {
    this.#page = page;
  }

  /** Load the list again if it is loaded and a wake changed. @param {any[]} events */
  onEvents(events) {
    if (this.state === "asked" && events.some(({ kind }) => kind === "wake")) this.read();
  }

  forget() {
    Object.assign(this, { reports: [], state: "none", problem: "" });
  }

  async read() {
    if (this.state !== "asked") this.state = "asking"; // a loaded list stays visible
    this.#page.draw();
    try {
      const { again } = await get(`/api/v1/boards/${this.#page.board.id}/look-again`);
      this.reports = again;
      this.state = "asked";
    } catch {
      this.state = "failed";
    }
    this.#page.draw();
  }

  /** Show the list, and load it. */
  open = () => {
    this.problem = "";
    this.read();
    this.#page.show();
  };

  #hide = () => {
    for (const { id } of this.#waiting) this.#later.add(id);
    this.#page.draw();
  };

  /** Place a tip without a wake on this search. @param {any} report */
  place(report) {
    return this.#send(report, OPERATIONS, "tip.place", { tip: report.id, search: this.#page.board.id });
  }

  /** @param {any} report @param {"same" | "not_same"} answer */
  async answer(report, answer) {
    const { wake } = report, reason = this.reasonOf(wake);
    const isSent = await this.#send(report, this.#page.board.id, "wake.answer", { wake, answer, ...(reason.trim() ? { reason } : {}) });
    if (isSent) this.setReason(wake, "");
  }

  /** @param {any} report @param {string} board @param {string} name @param {Record<string, any>} data */
  async #send({ id: report }, board, name, data) {
    this.sending.add(report);
    this.problem = "";
    this.#page.draw();
    const { outbox } = this.#page.session;
    let isSent = false;
    try {
      await outbox.add(board, name, data);
      this.reports = this.reports.filter(({ id }) => id !== report);
      isSent = true;
    } catch (refusal) {
      const { message, fields, id } = /** @type {any} */ (refusal);
      outbox.discard(id);
      this.problem = Object.values(fields ?? {})[0] ?? message;
    }
    this.sending.delete(report);
    this.#page.draw();
    return isSent;
  }

  /** Return the typed reason for an answer. @param {string} wake */
  reasonOf(wake) {
    if (!this.#reasons.has(wake)) this.#reasons.set(wake, this.#draftOf(wake).load()?.text ?? "");
    return this.#reasons.get(wake) ?? "";
  }

  /** Save the typed reason until it is sent. @param {string} wake @param {string} text */
  setReason(wake, text) {
    const stored = this.#draftOf(wake);
    this.#reasons.set(wake, text);
    if (text.trim()) stored.save({ text });
    else stored.clear();
  }

  /** @param {string} wake */
  #draftOf = (wake) => draft(`${this.#page.board.id}:answer-wake:${wake}`);

  get #waiting() {
    return this.#page.board.of("wake").filter(({ state }) => state.queue === "look");
  }

  /** @returns {Notice[]} */
  get notices() {
    const waiting = this.#page.isClosed() ? [] : this.#waiting, count = waiting.length;
    if (!waiting.some(({ id }) => !this.#later.has(id))) return [];
    return [{
      kind: "look-again", testid: "look-again",
      text: n("Look again: {count} report that was set aside may belong here.", "Look again: {count} reports that were set aside may belong here.", count),
      actions: html`<button type="button" data-act="look-again" @click=${this.open}>${t("View")}</button> <button type="button" class="plain" data-act="look-later" @click=${this.#hide}>${t("Not now")}</button>`,
    }];
  }
}

/** @param {SearchView} view */
export function lookAgainDialog(view) {
  const { again } = view;
  const body = html`<div class="look-again">
    <p class="hint">${t("Tips, and sightings from other searches, that were set aside but fit what is known about this search now. You decide.")}</p>
    ${again.problem ? html`<p class="error" role="alert">${again.problem}</p>` : nothing}
    ${again.state === "asking" ? html`<p role="status">${t("Loading…")}</p>` : nothing}
    ${again.state === "failed" ? html`<p class="error" role="alert">${t("This did not work. Try again.")} <button type="button" data-act="again" @click=${() => again.read()}>${t("Try again")}</button></p>` : nothing}
    ${again.state === "asked" && !again.reports.length ? html`<p class="empty">${t("Nothing that was set aside fits this search.")}</p>` : nothing}
    <ul>${again.reports.map((report) => reportRow(report, view))}</ul>
  </div>`;
  return dialog("look-again", label.noun("wake"), body, () => view.act.closeDialog());
}

/** @param {any} report @param {SearchView} view */
function reportRow(report, view) {
  const { kind, board, id, number, reference, description, place, assessment, dismissed, reasons } = report;
  const isTip = kind === "tip";
  const outcome = isTip ? (dismissed ? t("dismissed: {reason}", { reason: dismissed }) : t("without a search")) : label.assessment(assessment);
  return html`<li data-again=${id}>
    <p class="said"><b>${[cardName({ kind, state: { number } }), reference].filter(Boolean).join("\u00a0· ")}</b> <span>${[seenText(report), place?.text, outcome].filter(Boolean).join("\u00a0· ")}</span></p>
    <p class="text" dir="auto">${description}</p>
    <ul class="reasons">${reasons.map((/** @type {string} */ reason) => html`<li>${reason}</li>`)}</ul>
    <p class="inline">${view.mayEdit ? answers(report, view) : nothing}
      <a class="button" target="_blank" href=${isTip ? `/?tip=${id}` : `/searches/${board}/cards/${id}`}>${t("View")}</a></p>
  </li>`;
}

/**
 * Buttons and the field for the reason of an answer.
 * @param {any} report @param {SearchView} view
 */
function answers(report, { again, model }) {
  const { kind, id, wake } = report, disabled = again.sending.has(id);
  const name = shortPersonName(model.search.state.person);
  const same = wake ? () => again.answer(report, "same") : () => again.place(report);
  const place = html`<button type="button" data-act="place-here" ?disabled=${disabled} @click=${same}>${t("Place with {name}", { name })}</button>`;
  if (!wake) return kind === "tip" ? place : nothing;
  return html`${kind === "tip" ? place : html`<button type="button" data-act="same-child" ?disabled=${disabled} @click=${same}>${t("Same child")}</button>`}
    <button type="button" data-act="not-same" ?disabled=${disabled} @click=${() => again.answer(report, "not_same")}>${t("Different child")}</button>
    <input name="reason" maxlength="400" autocomplete="off" aria-label=${label.field("answer.reason", "wake")} placeholder=${label.field("answer.reason", "wake")} .value=${again.reasonOf(wake)} @input=${(/** @type {ControlEvent} */ { target }) => again.setReason(wake, target.value)}>`;
}
