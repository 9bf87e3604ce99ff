/** Presence on a board: marks the open card as seen, and shows others where this person is. */

import { LOG } from "../../behaviours/card_url.js";

export class PresenceTracker {
  #page;
  #place = ""; // last one sent

  /** @param {Pick<SearchView, "board" | "ui" | "lastBadge" | "authors" | "forms" | "notesOf" | "filesOf" | "draw">} page */
  constructor(page) {
    this.#page = page;
  }

  /** Mark the open card and everything in the view as seen. The badge of the card moves into the panel. */
  refresh() {
    const { board, ui, lastBadge, authors } = this.#page;
    if (document.hidden) return;
    if (ui.card) {
      const badge = board.badges.get(ui.card);
      if (badge) lastBadge.set(ui.card, badge);
      board.clearBadge(ui.card);
    }
    const shown = [...(ui.card ? [ui.card] : []), ...(ui.view === LOG ? [null] : [])], notes = shown.flatMap(this.#page.notesOf);
    for (const { id } of [...notes, ...shown.flatMap(this.#page.filesOf)]) board.clearBadge(id);
    if (notes.length) authors.load(notes).then((/** @type {boolean} */ hasNew) => hasNew && this.#page.draw());
  }

  /** Send the open card, and whether it is being edited. */
  send() {
    const { board, ui, forms } = this.#page;
    const { card } = ui;
    const editing = Boolean(card) && (forms.drafts.has(card) || [...ui.editing].some((key) => key.endsWith(`:${card}`)));
    const place = `${card} ${editing}`;
    if (place === this.#place) return;
    this.#place = place;
    board.setPresence(card, editing);
  }
}
