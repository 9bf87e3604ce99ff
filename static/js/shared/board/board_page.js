/** Interface between the templates of a board and its page, live (pages/search) or past (pages/replay). */
import { titleOf } from "../../core/rules/kinds.js";
import { cardName } from "../../format/values.js";
import { isDone } from "./card/card_badges.js";
import { ALL_NOTES } from "./new_notes.js";

export class BoardPage {
  /** @type {any} */ board;
  /** @type {any} */ model = null; // a BoardViewModel after loading
  /** @type {CardBadges} */
  marks = { today: "", drafts: new Set(), faces: new Map(), noteBadges: new Map(), changed: [], overdue: 0, ungraded: 0, isOverdue: () => false, isShown: () => true };
  /** @type {Map<string, ChangeBadge>} */ lastBadge = new Map(); // card -> its badge at the time of opening
  /** @type {Map<string, any>} */ sources = new Map(); // sighting -> name and contact of its source, if revealed here
  /** @type {NotesOnScreen} */ newNotes = ALL_NOTES;
  /** @type {any} */ act;

  /**
   * Open a card by a click on its link, unless the browser opens it in another tab.
   * @param {any} event
   * @param {any} card
   */
  open(event, card) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
    event.preventDefault();
    this.act.openCard(card);
  }

  /** @param {string} id */
  badgeOf(id) {
    return this.board.badges.get(id) ?? this.marks.noteBadges.get(id);
  }

  /** @param {any} card */
  presentOn(card) {
    return this.marks.faces.get(card) ?? [];
  }

  /** @param {string | null} card @returns {any[]} */
  notesOf = (card) => this.model?.notes.get(card) ?? [];

  /** Return the files of a card, or of the search, and of its notes. @param {string | null} card @returns {any[]} */
  filesOf = (card) => [card, ...this.notesOf(card).map(({ id }) => id)].flatMap((place) => this.model?.files.get(place) ?? []);

  /** @param {string} column */
  isDone(column) {
    return isDone(this.board, column);
  }

  /** Return the cards as destinations for the quick menu. */
  destinations = () => [...(this.model?.byId.values() ?? [])].map((card) => ({
    id: card.id, number: card.state.number, title: `${cardName(card)} · ${titleOf(card)}`, run: () => this.act.openCard(card.id),
  }));
}
