/** Scroll to a card that this person has just added, and focus it unless the focus has moved elsewhere. */

import { addsCard } from "../../core/rules/kinds.js";
import { isFocusLost } from "../../behaviours/keep_focus.js";

const MAX_ACK_MS = 3_000; // ms after sending; later, the person is busy elsewhere
const MAX_CARDS = 20; // own cards whose ack may still be pending

export class AddedCardFocus {
  #page;
  #ownCards = new Map(); // seq -> id of a card
  /** @type {number[] | null} */ #awaited = null; // acknowledged seqs whose events are pending
  /** @type {any | null} */ #card = null; // card to show after the next draw

  /** @param {Pick<SearchView, "session" | "board"> & { showColumn(column: string | null): void }} page */
  constructor(page) {
    this.#page = page;
  }

  /**
   * Record the ack of a command that adds a card.
   * @param {Ack} ack
   * @param {number} sentAt time of sending in ms
   */
  onAck({ seqs }, sentAt) {
    if (Date.now() - sentAt > MAX_ACK_MS) return;
    this.#awaited = seqs;
    this.#findCard();
  }

  /** @param {JournalEvent[]} events */
  onEvents(events) {
    const { account } = this.#page.session;
    for (const { type, actor, seq, id } of events) if (addsCard(type) && actor?.id === account.id) this.#ownCards.set(seq, id);
    for (const seq of this.#ownCards.keys()) if (this.#ownCards.size > MAX_CARDS) this.#ownCards.delete(seq);
    this.#findCard();
  }

  forget() {
    this.#ownCards.clear();
    this.#awaited = this.#card = null;
  }

  /**
   * Scroll to the card after each draw.
   * @param {HTMLElement} root
   */
  show(root) {
    if (this.#card === null) return;
    const card = root.querySelector(`article[data-card="${CSS.escape(this.#card)}"]`);
    this.#card = null;
    if (!card || document.querySelector("dialog[open]")) return;
    const scrollToCard = () => card.scrollIntoView({ block: "nearest", inline: "nearest" });
    scrollToCard();
    requestAnimationFrame(() => requestAnimationFrame(scrollToCard)); // cards get their real height only after they are scrolled into view
    const { activeElement } = document;
    if (isFocusLost() || activeElement === root || activeElement?.closest(".add-buttons, article[data-card]")) card.querySelector("a")?.focus({ preventScroll: true });
  }

  #findCard() {
    const seq = this.#awaited?.find((/** @type {any} */ seq) => this.#ownCards.has(seq));
    if (seq === undefined) return;
    this.#awaited = null;
    this.#card = this.#ownCards.get(seq);
    this.#page.showColumn(this.#page.board.get(this.#card)?.state.column ?? null); // a phone shows one column
  }
}
