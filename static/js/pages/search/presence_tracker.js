/** Where this person's eyes are: what they have open is seen, and others see them there. */
import { LOG } from "../../shared/board/card_panel.js";

export class PresenceTracker {
  #view;
  #place = ""; // as it was told last

  constructor(view) {
    this.#view = view;
  }

  /** What is open is seen: its mark moves from the card into the panel. */
  look() {
    const { board, ui, lastBadge, authors } = this.#view;
    if (!ui.card || document.hidden) return;
    const badge = board.badges.get(ui.card);
    if (badge) lastBadge.set(ui.card, badge);
    board.clearBadge(ui.card);
    const notes = this.#view.notesOf(ui.card);
    for (const { id } of notes) board.clearBadge(id);
    authors.learn(notes).then((learned) => learned && this.#view.draw());
  }

  /** Tells the board which card this person has open, and whether they have typed into it. */
  tell() {
    const { board, ui, forms } = this.#view;
    const card = ui.card === LOG ? null : ui.card;
    const editing = Boolean(card) && (forms.drafts.has(card) || [...ui.editing].some((key) => key.endsWith(`:${card}`)));
    const place = `${card} ${editing}`;
    if (place === this.#place) return;
    this.#place = place;
    board.setPresence(card, editing);
  }
}
