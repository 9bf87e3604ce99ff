/** The open card is in the address: /searches/{id} and /searches/{id}/cards/{card}; and what is asked of the cards, wherever one goes. */

export class CardUrl {
  #board;
  #changed;
  #query = location.search;
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

  /** "?kind=task": no step of its own, or the back button would go through every choice before it leaves. */
  ask(query) {
    this.#query = query;
    history.replaceState(history.state, "", location.pathname + query);
  }

  open(card) {
    if (this.#leaving) this.#next = card;
    else if (card !== this.card) history.pushState({ depth: this.#depth + 1 }, "", this.path(card) + this.#query);
  }

  /** Goes back to the board as often as cards were opened from it, so that the back button then leaves the board. */
  close() {
    this.#next = null;
    if (this.#leaving || !this.card) return;
    this.#leaving = this.#depth > 0;
    if (this.#leaving) history.go(-this.#depth);
    else history.replaceState({ depth: 0 }, "", this.path(null) + this.#query);
  }

  #arrive() {
    this.ask(this.#query); // the place that one is back at was left before it was asked
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
