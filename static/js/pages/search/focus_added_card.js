/** Scroll to and focus a card that this person just added, unless the focus has moved elsewhere. */

import { addsCard } from "../../core/rules/kinds.js";
import { isFocusLost } from "../../behaviours/keep_focus.js";

const MAX_ACK_MS = 3_000; // ms: after a later ack the user is busy elsewhere
const MAX_CARDS = 20; // own cards whose ack may be pending

export class AddedCardFocus {
  #page;
  #own = new Map(); // seq -> id of a card
  /** @type {number[] | null} */ #awaited = null; // seqs acknowledged, events pending
  /** @type {any | null} */ #card = null; // card to show after the next draw

  /** @param {Pick<SearchView, "session" | "board"> & { showColumn(column: string | null): void }} page */
  constructor(page) {
    this.#page = page;
  }

  /**
   * Note the ack of a command that adds a card.
   * @param {Ack} ack
   * @param {number} sent ms at which it was given
   */
  did({ seqs }, sent) {
    if (Date.now() - sent > MAX_ACK_MS) return;
    this.#awaited = seqs;
    this.#look();
  }

  /** @param {JournalEvent[]} events */
  onEvents(events) {
    const { account } = this.#page.session;
    for (const { type, actor, seq, id } of events) if (addsCard(type) && actor?.id === account.id) this.#own.set(seq, id);
    for (const seq of this.#own.keys()) if (this.#own.size > MAX_CARDS) this.#own.delete(seq);
    this.#look();
  }

  forget() {
    this.#own.clear();
    this.#awaited = this.#card = null;
  }

  /**
   * Scroll to the card after a draw.
   * @param {HTMLElement} root
   */
  show(root) {
    if (this.#card === null) return;
    const card = root.querySelector(`article[data-card="${CSS.escape(this.#card)}"]`);
    this.#card = null;
    if (!card || document.querySelector("dialog[open]")) return;
    const intoSight = () => card.scrollIntoView({ block: "nearest", inline: "nearest" });
    intoSight();
    requestAnimationFrame(() => requestAnimationFrame(intoSight)); // cards scrolled into view get their real height only then
    const { activeElement } = document;
    if (isFocusLost() || activeElement === root || activeElement?.closest(".add-buttons, article[data-card]")) card.querySelector("a")?.focus({ preventScroll: true });
  }

  #look() {
    const seq = this.#awaited?.find((/** @type {any} */ each) => this.#own.has(each));
    if (seq === undefined) return;
    this.#awaited = null;
    this.#card = this.#own.get(seq);
    this.#page.showColumn(this.#page.board.get(this.#card)?.state.column ?? null); // a phone shows one column
  }
}
