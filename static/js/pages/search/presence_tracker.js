/** Presence on a board: marks the open card as seen, and tells others where this person is. */

import { LOG } from "../../shared/board/card_panel.js";

export class PresenceTracker {
  #page;
  #place = ""; // last sent

  /** @param {Pick<SearchView, "board" | "ui" | "lastBadge" | "authors" | "forms" | "notesOf" | "draw">} page */
  constructor(page) {
    this.#page = page;
  }

  /** Mark the open card as seen; its badge moves into the panel. */
  refresh() {
    const { board, ui, lastBadge, authors } = this.#page;
    if (!ui.card || document.hidden) return;
    const badge = board.badges.get(ui.card);
    if (badge) lastBadge.set(ui.card, badge);
    board.clearBadge(ui.card);
    const notes = this.#page.notesOf(ui.card);
    for (const { id } of notes) board.clearBadge(id);
    authors.learn(notes).then((/** @type {boolean} */ learned) => learned && this.#page.draw());
  }

  /** Send which card is open, and whether it is being edited. */
  tell() {
    const { board, ui, forms } = this.#page;
    const card = ui.card === LOG ? null : ui.card;
    const editing = Boolean(card) && (forms.drafts.has(card) || [...ui.editing].some((key) => key.endsWith(`:${card}`)));
    const place = `${card} ${editing}`;
    if (place === this.#place) return;
    this.#place = place;
    board.setPresence(card, editing);
  }
}
