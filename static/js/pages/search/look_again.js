/* Looking again at tips and sightings that were set aside, which may belong to this search now that more is known about it. Requested when
   a sighting is confirmed, when the details of the search change, or by a person. Only people place a tip. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { dialog } from "../../behaviours/dialog.js";
import { get } from "../../core/connection/api.js";
import { n, t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { cardName } from "../../format/values.js";
import { seenText } from "../../format/time_elements.js";

const PAUSE_MS = 1_000; // events come in groups
const OPERATIONS = "operations";

export class LookAgain {
  /** @type {any[]} */ reports = [];
  /** @type {"none" | "asking" | "asked" | "failed"} */ state = "none";
  problem = "";
  sending = new Set(); // tips that are being placed
  #hasNew = false; // there are reports that this person has not looked at
  #timer = 0;
  /** @type {{ session: Session, board: Board, may: (right: string) => boolean, show: () => void, draw: () => void }} */ #page;

  /** @param {{ session: Session, board: Board, may: (right: string) => boolean, show: () => void, draw: () => void }} page */
  constructor(page) {
    this.#page = page;
  }

  /** @param {any[]} events */
  onEvents(events) {
    if (!this.#page.may("edit") || !events.some(addsKnowledge)) return;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.read(), PAUSE_MS);
  }

  forget() {
    Object.assign(this, { reports: [], state: "none", problem: "" });
    this.#hasNew = false;
  }

  async read(announces = true) {
    this.state = "asking";
    this.#page.draw();
    try {
      const { again } = await get(`/api/v1/boards/${this.#page.board.id}/look-again`);
      const knownIds = new Set(this.reports.map(({ id }) => id));
      this.#hasNew ||= announces && again.some((/** @type {{ id: string }} */ { id }) => !knownIds.has(id));
      this.reports = again;
      this.state = "asked";
    } catch {
      this.state = "failed";
    }
    this.#page.draw();
  }

  /** Show the list, and load it if it has not been loaded. */
  open = () => {
    this.#hasNew = false;
    this.problem = "";
    if (this.state === "none" || this.state === "failed") this.read(false);
    this.#page.show();
  };

  #later = () => {
    this.#hasNew = false;
    this.#page.draw();
  };

  /** @param {string} tip */
  async place(tip) {
    this.sending.add(tip);
    this.problem = "";
    this.#page.draw();
    const { outbox } = this.#page.session;
    try {
      await outbox.add(OPERATIONS, "tip.place", { tip, search: this.#page.board.id });
      this.reports = this.reports.filter(({ id }) => id !== tip);
    } catch (refusal) {
      const { message, fields, id } = /** @type {any} */ (refusal);
      outbox.discard(id);
      this.problem = Object.values(fields ?? {})[0] ?? message;
    }
    this.sending.delete(tip);
    this.#page.draw();
  }

  /** @returns {Notice[]} */
  get notices() {
    if (!this.#hasNew || !this.reports.length) return [];
    const count = this.reports.length;
    return [{
      kind: "look-again", testid: "look-again",
      text: n("Look again: {count} report that was set aside may belong here.", "Look again: {count} reports that were set aside may belong here.", count),
      actions: html`<button type="button" data-act="look-again" @click=${this.open}>${t("View")}</button> <button type="button" class="plain" data-act="look-later" @click=${this.#later}>${t("Not now")}</button>`,
    }];
  }
}

/** @param {any} event */
const addsKnowledge = ({ kind, type, state }) =>
  (type === "sighting.assessed" && state?.assessment === "confirmed") || (kind === "search" && type === "search.updated");

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
  return dialog("look-again", t("Look again"), body, () => view.act.closeDialog());
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
    <p class="inline">${isTip && view.mayEdit ? html`<button type="button" data-act="place-here" ?disabled=${view.again.sending.has(id)} @click=${() => view.again.place(id)}>${t("Place it here")}</button>` : nothing}
      <a class="button" target="_blank" href=${isTip ? `/?tip=${id}` : `/searches/${board}/cards/${id}`}>${t("View")}</a></p>
  </li>`;
}
