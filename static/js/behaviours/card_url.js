/** Open card in the URL, /searches/{id} and /searches/{id}/cards/{card}, together with the filter of the cards. */

export class CardUrl {
  #board;
  #changed;
  #query = location.search;
  #leaving = false; // the browser takes a moment to go back to the board
  /** @type {string | null} */ #next = null; // card opened in that moment

  /** @param {string} board @param {(card: string | null) => void} changed called after the back button */
  constructor(board, changed) {
    this.#board = board;
    this.#changed = changed;
    window.addEventListener("popstate", () => this.#arrive());
  }

  get card() {
    return location.pathname.match(/^\/searches\/[^/]+\/cards\/([^/]+)$/)?.[1] ?? null;
  }

  /** @param {string | null} card */
  path(card) {
    return card ? `/searches/${this.#board}/cards/${card}` : `/searches/${this.#board}`;
  }

  /**
   * Set the filter, "?kind=task", without a history entry: the back button would step through every choice.
   * @param {string} query
   */
  ask(query) {
    this.#query = query;
    history.replaceState(history.state, "", location.pathname + query);
  }

  /** @param {string} card */
  open(card) {
    if (this.#leaving) this.#next = card;
    else if (card !== this.card) history.pushState({ depth: this.#depth + 1 }, "", this.path(card) + this.#query);
  }

  /** Go back as many steps as cards were opened from the board, so that the next step back leaves the board. */
  close() {
    this.#next = null;
    if (this.#leaving || !this.card) return;
    this.#leaving = this.#depth > 0;
    if (this.#leaving) history.go(-this.#depth);
    else history.replaceState({ depth: 0 }, "", this.path(null) + this.#query);
  }

  #arrive() {
    this.ask(this.#query); // the entry reached is from before the filter was set
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
