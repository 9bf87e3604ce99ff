/** The open card is in the address: /searches/{id} and /searches/{id}/cards/{card}. */

export class Address {
  #board;
  #changed;
  #leaving = false; // going back to the board takes the browser a moment
  #next = null; // the card that was opened in that moment
  #popped = () => this.#arrive();

  /** @param changed called with the card (or null) when the back button was used */
  constructor(board, changed) {
    this.#board = board;
    this.#changed = changed;
  }

  connect() {
    window.addEventListener("popstate", this.#popped);
  }

  disconnect() {
    window.removeEventListener("popstate", this.#popped);
  }

  get card() {
    return location.pathname.match(/^\/searches\/[^/]+\/cards\/([^/]+)$/)?.[1] ?? null;
  }

  path(card) {
    return card ? `/searches/${this.#board}/cards/${card}` : `/searches/${this.#board}`;
  }

  open(card) {
    if (this.#leaving) this.#next = card;
    else if (card !== this.card) history.pushState({ depth: this.#depth + 1 }, "", this.path(card));
  }

  /** Goes back to the board as often as cards were opened from it, so that the back button then leaves the board. */
  close() {
    this.#next = null;
    if (this.#leaving || !this.card) return;
    this.#leaving = this.#depth > 0;
    if (this.#leaving) history.go(-this.#depth);
    else history.replaceState({ depth: 0 }, "", this.path(null));
  }

  #arrive() {
    if (!this.#leaving) return this.#changed(this.card);
    this.#leaving = false;
    if (this.#next) this.open(this.#next);
    this.#next = null;
    return undefined;
  }

  get #depth() {
    return history.state?.depth ?? 0;
  }
}
