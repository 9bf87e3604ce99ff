/* Looking again: tips and sightings that were given up, and may belong to this search now that it knows more. Asked when a sighting
   becomes confirmed or the facts of the search change, or by the person. Nothing places itself. */

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
  /** @type {any[]} */ found = [];
  /** @type {"none" | "asking" | "asked" | "failed"} */ state = "none";
  trouble = "";
  sending = new Set(); // tips that are being placed
  #isNew = false; // there is something that this person has not looked at
  #timer = 0;
  /** @type {{ session: Session, board: Board, may: (right: string) => boolean, show: () => void, draw: () => void }} */ #page;

  /** @param {{ session: Session, board: Board, may: (right: string) => boolean, show: () => void, draw: () => void }} page */
  constructor(page) {
    this.#page = page;
  }

  /** @param {any[]} events */
  onEvents(events) {
    if (!this.#page.may("edit") || !events.some(knowsMore)) return;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.ask(), PAUSE_MS);
  }

  forget() {
    Object.assign(this, { found: [], state: "none", trouble: "" });
    this.#isNew = false;
  }

  async ask(tells = true) {
    this.state = "asking";
    this.#page.draw();
    try {
      const { again } = await get(`/api/v1/boards/${this.#page.board.id}/look-again`);
      const known = new Set(this.found.map(({ id }) => id));
      this.#isNew ||= tells && again.some((/** @type {{ id: string }} */ { id }) => !known.has(id));
      this.found = again;
      this.state = "asked";
    } catch {
      this.state = "failed";
    }
    this.#page.draw();
  }

  /** Show the list; what was not asked yet is asked now. */
  open = () => {
    this.#isNew = false;
    this.trouble = "";
    if (this.state === "none" || this.state === "failed") this.ask(false);
    this.#page.show();
  };

  #later = () => {
    this.#isNew = false;
    this.#page.draw();
  };

  /** @param {string} tip */
  async place(tip) {
    this.sending.add(tip);
    this.trouble = "";
    this.#page.draw();
    const { outbox } = this.#page.session;
    try {
      await outbox.add(OPERATIONS, "tip.place", { tip, search: this.#page.board.id });
      this.found = this.found.filter(({ id }) => id !== tip);
    } catch (refusal) {
      const { message, fields, id } = /** @type {any} */ (refusal);
      outbox.discard(id);
      this.trouble = Object.values(fields ?? {})[0] ?? message;
    }
    this.sending.delete(tip);
    this.#page.draw();
  }

  /** @returns {Notice[]} */
  get notices() {
    if (!this.#isNew || !this.found.length) return [];
    const count = this.found.length;
    return [{
      kind: "look-again", testid: "look-again",
      text: n("Look again: {count} report that was set aside may belong here.", "Look again: {count} reports that were set aside may belong here.", count),
      actions: html`<button type="button" data-act="look-again" @click=${this.open}>${t("View")}</button> <button type="button" class="plain" data-act="look-later" @click=${this.#later}>${t("Not now")}</button>`,
    }];
  }
}

/** @param {any} event */
const knowsMore = ({ kind, type, state }) =>
  (type === "sighting.assessed" && state?.assessment === "confirmed") || (kind === "search" && type === "search.updated");

/** @param {SearchView} view */
export function lookAgainDialog(view) {
  const { again } = view;
  const body = html`<div class="look-again">
    <p class="hint">${t("Tips, and sightings from other searches, that were set aside but fit what is known about this search now. You decide.")}</p>
    ${again.trouble ? html`<p class="error" role="alert">${again.trouble}</p>` : nothing}
    ${again.state === "asking" ? html`<p role="status">${t("Loading…")}</p>` : nothing}
    ${again.state === "failed" ? html`<p class="error" role="alert">${t("This did not work. Try again.")} <button type="button" data-act="again" @click=${() => again.ask()}>${t("Try again")}</button></p>` : nothing}
    ${again.state === "asked" && !again.found.length ? html`<p class="empty">${t("Nothing that was set aside fits this search.")}</p>` : nothing}
    <ul>${again.found.map((each) => suggestion(each, view))}</ul>
  </div>`;
  return dialog("look-again", t("Look again"), body, () => view.act.closeDialog());
}

/** @param {any} each @param {SearchView} view */
function suggestion(each, view) {
  const { kind, board, id, number, reference, description, place, assessment, dismissed, reasons } = each;
  const isTip = kind === "tip";
  const outcome = isTip ? (dismissed ? t("dismissed: {reason}", { reason: dismissed }) : t("without a search")) : label.assessment(assessment);
  return html`<li data-again=${id}>
    <p class="said"><b>${[cardName({ kind, state: { number } }), reference].filter(Boolean).join("\u00a0· ")}</b> <span>${[seenText(each), place?.text, outcome].filter(Boolean).join("\u00a0· ")}</span></p>
    <p class="text" dir="auto">${description}</p>
    <ul class="reasons">${reasons.map((/** @type {string} */ reason) => html`<li>${reason}</li>`)}</ul>
    <p class="inline">${isTip && view.mayEdit ? html`<button type="button" data-act="place-here" ?disabled=${view.again.sending.has(id)} @click=${() => view.again.place(id)}>${t("Place it here")}</button>` : nothing}
      <a class="button" target="_blank" href=${isTip ? `/?tip=${id}` : `/searches/${board}/cards/${id}`}>${t("View")}</a></p>
  </li>`;
}
