/** Cards and notes that have left the board: loaded from the history when their address is opened, and restored. */

import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { get, orNull } from "../../../core/connection/api.js";
import { titleOf } from "../../../core/rules/kinds.js";
import { label } from "../../../core/labels.js";
import { t } from "../../../core/i18n.js";
import { pageTitle } from "../../../core/rules/pages.js";
import { cardName, formatPath } from "../../../format/values.js";
import { formatMoment } from "../../../format/time_elements.js";

const SHOWN_PATHS = ["description", "instruction", "result", "text", "place", "direction", "clothing", "company", "assessment"];

export class LeftCards {
  /** @type {Map<string, { entity: Entity, at: IsoTime } | "reading" | "none">} */ #cards = new Map();
  #problem = "";
  /** @type {{ session: Session, board: Board, draw: () => void }} */ #page;

  /** @param {{ session: Session, board: Board, draw: () => void }} page */
  constructor(page) {
    this.#page = page;
  }

  forget() {
    this.#cards.clear();
    this.#problem = "";
  }

  /** Return a card that is not on the board; start loading it if necessary. @param {string} id */
  #find(id) {
    if (!this.#cards.has(id)) {
      this.#cards.set(id, "reading");
      this.#read(id);
    }
    return this.#cards.get(id);
  }

  /** @param {string} id */
  async #read(id) {
    const query = new URLSearchParams({ entity: id, limit: "50", before: String((this.#page.board.seq ?? 0) + 1) });
    const answer = await orNull(get(`/api/v1/boards/${this.#page.board.id}/events?${query}`));
    const lastEvent = answer?.events.findLast((/** @type {any} */ event) => event.state);
    const leavingEvent = answer?.events.findLast((/** @type {any} */ event) => event.state === null);
    this.#cards.set(id, lastEvent && leavingEvent ? { entity: { id, kind: lastEvent.kind, seq: lastEvent.seq, state: lastEvent.state }, at: leavingEvent.at } : "none");
    this.#page.draw();
  }

  /** Restore a card; its event shows the result. @param {string} id */
  async #bringBack(id) {
    const { board } = this.#page;
    this.#problem = "";
    try {
      await board.send("board.bring_back", { entity: id });
      this.#cards.delete(id);
    } catch (refusal) {
      const { message, id: command } = /** @type {any} */ (refusal);
      board.discard(command);
      this.#problem = message;
    }
    this.#page.draw();
  }

  /**
   * Return title and body of the panel for a card that is not on the board.
   * @param {string} id
   * @param {boolean} mayEdit
   */
  panel(id, mayEdit) {
    const card = this.#find(id);
    if (card === "none" || card === undefined) return { title: t("Card not found"), body: html`<p class="none">${t("This card is not on this board.")}</p>` };
    if (card === "reading") return { title: t("Loading…"), body: nothing };
    const { entity, at } = card, names = { session: this.#page.session, board: this.#page.board };
    const rows = SHOWN_PATHS.filter((path) => entity.state[path] && entity.state[path] !== titleOf(entity));
    const body = html`<p class="left-note">${t("Left the board: {at}. It stays in the history.", { at: formatMoment(at) })}</p>
      ${titleOf(entity) ? html`<p class="text" dir="auto">${titleOf(entity)}</p>` : nothing}
      <dl>${rows.map((path) => html`<dt>${label.field(path, entity.kind)}</dt><dd dir="auto">${formatPath(path, entity.state[path], names)}</dd>`)}</dl>
      ${this.#problem ? html`<p class="error" role="alert">${this.#problem}</p>` : nothing}
      <p class="inline">${mayEdit ? html`<button type="button" class="primary" data-act="bring-back" @click=${() => this.#bringBack(id)}>${t("Bring back")}</button>` : nothing}
        <a class="button" href="/searches/${this.#page.board.id}/history">${pageTitle("history")}</a></p>`;
    return { title: cardName(entity), body };
  }
}
