/** The open card is in the address: /searches/{id} and /searches/{id}/cards/{card}. */

export class Address {
  #board;
  #changed;
  #popped = () => this.#changed(this.card);

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
    if (card !== this.card) history.pushState({ depth: this.#depth + 1 }, "", this.path(card));
  }

  /** Goes back to the board as often as cards were opened from it, so that the back button then leaves the board. */
  close() {
    if (!this.card) return;
    if (this.#depth > 0) history.go(-this.#depth);
    else history.replaceState({ depth: 0 }, "", this.path(null));
  }

  get #depth() {
    return history.state?.depth ?? 0;
  }
}
