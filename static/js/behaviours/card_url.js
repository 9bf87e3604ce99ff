/**
 * URL of a search board: its open card, view and card filter. /searches/{id}, /searches/{id}/cards/{card}, and instead of the columns
 * "#log" for details and log, "#map" for the map, "#timeline" for the timeline of a past board, "#list" for the sightings as a list, or "#unanswered" for those of all searches.
 */

export const BOARD = "board";
export const LOG = "log"; // details and log of the search
export const MAP = "map"; // map of the search
export const TIMELINE = "timeline"; // timeline of a past board; live, it is a page
export const LIST = "list"; // sightings of the search
export const UNANSWERED = "unanswered"; // unanswered sightings of all searches
const VIEWS = [LOG, MAP, TIMELINE, LIST, UNANSWERED]; // besides the board

export class CardUrl {
  #board;
  #changed;
  #query = location.search;
  #leaving = false; // true while the browser goes back to the board
  /** @type {(() => void) | null} */ #next = null; // action requested while the browser goes back

  /** @param {string} board @param {(card: string | null, view: BoardViewName) => void} changed runs after the back button */
  constructor(board, changed) {
    this.#board = board;
    this.#changed = changed;
    window.addEventListener("popstate", () => this.#arrive());
  }

  get card() {
    return location.pathname.match(/^\/searches\/[^/]+\/cards\/([^/]+)$/)?.[1] ?? null;
  }

  /** @returns {BoardViewName} */
  get view() {
    return /** @type {BoardViewName} */ (VIEWS.find((view) => location.hash === `#${view}`) ?? BOARD);
  }

  /** @param {string | null} card */
  path(card) {
    return card ? `/searches/${this.#board}/cards/${card}` : `/searches/${this.#board}`;
  }

  /**
   * Set the filter, such as "?kind=task", without a history entry: the back button must not step through every choice.
   * @param {string} query
   */
  ask(query) {
    this.#query = query;
    history.replaceState(history.state, "", location.pathname + query + location.hash);
  }

  /** @param {string} card */
  open(card) {
    if (this.#leaving) this.#next = () => this.open(card);
    else if (card !== this.card) history.pushState({ depth: this.#depth + 1 }, "", this.path(card) + this.#query + location.hash);
  }

  /** Go back past all cards opened from the view, so that the next step back leaves the view. */
  close() {
    this.#next = null;
    if (this.#leaving || !this.card) return;
    this.#leaving = this.#depth > 0;
    if (this.#leaving) history.go(-this.#depth);
    else history.replaceState({ depth: 0 }, "", this.path(null) + this.#query + location.hash);
  }

  /**
   * Show another view, without a card. The back button returns to the previous view.
   * @param {BoardViewName} view
   */
  show(view) {
    if (this.#leaving) this.#next = () => this.show(view);
    else if (view !== this.view || this.card) history.pushState({ depth: 0 }, "", this.path(null) + this.#query + hashOf(view));
  }

  /**
   * Replace the open card, without a history entry: the back button must not step through a whole list of cards.
   * @param {string} card
   */
  replace(card) {
    if (this.#leaving || !this.card) this.open(card);
    else history.replaceState(history.state, "", this.path(card) + this.#query + location.hash);
  }

  #arrive() {
    this.ask(this.#query); // the reached history entry may be older than the filter
    if (!this.#leaving) return this.#changed(this.card, this.view);
    this.#leaving = false;
    this.#next?.();
    this.#next = null;
    return undefined;
  }

  get #depth() {
    return history.state?.depth ?? 0;
  }
}

/** @param {BoardViewName} view */
export const hashOf = (view) => (view === BOARD ? "" : `#${view}`);
