/** Sightings of a search that cannot both be true, with the server's sentences: for cards, the map and the timeline. Loaded when a board
    has sightings to compare, and again after events that may change them. */
import { get } from "../core/connection/api.js";

const PAUSE_MS = 200; // after an event, so that one request covers a burst
const SPREAD_MS = 300; // spreads the requests of all readers of a board
const RETRY_MS = 10_000; // after a request that failed despite its retries
const COMPARED_FIELDS = new Set(["place", "seen_at", "assessment", "withdrawn"]);

/** @type {ContradictionList} */
const NONE = { seq: 0, pairs: [], cards: [], compared: 0, more: false };

export class Contradictions {
  #board;
  #draw;
  /** @type {ContradictionList} */ #list = NONE;
  /** @type {Map<string, ContradictingCard>} */ #byCard = new Map();
  /** @type {number | null | undefined} */ #at; // seq of the list or its request: null for the current board, undefined before the first request
  /** @type {Timer | null} */ #timer = null;
  /** @type {AbortController | null} */ #request = null;
  #isOutdated = false; // by an event during the request

  /** @param {string} board @param {() => void} draw */
  constructor(board, draw) {
    this.#board = board;
    this.#draw = draw;
  }

  /** Contradicting pairs, the most important ones first. */
  get pairs() {
    return this.#list.pairs;
  }

  /** True if there are further pairs, or sightings that were not compared. */
  get hasMore() {
    return this.#list.more;
  }

  /** Return the contradictions of a sighting, if it has any. @param {string} card */
  of(card) {
    return this.#byCard.get(card);
  }

  /**
   * Load the list for the current board, or for a past `at` (a seq), unless it is loaded.
   * @param {Pick<AnyBoard, "of">} board board; with fewer than two sightings, nothing is requested
   * @param {number | null} [at]
   */
  load(board, at = null) {
    if (this.#at === at) return;
    if (this.#at !== undefined) this.forget();
    if (!hasSightingsToCompare(board)) return;
    this.#at = at;
    this.#schedule();
  }

  /** @param {BoardEvent[]} events */
  onEvents(events) {
    if (this.#at !== null || !events.some(mayContradict)) return;
    if (this.#request) this.#isOutdated = true;
    else this.#schedule();
  }

  /** Drop the list; the next `load` requests it again. */
  forget() {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#request = this.#timer = null;
    this.#at = undefined;
    this.#isOutdated = false;
    this.#show(NONE);
  }

  #schedule(pause = PAUSE_MS + Math.random() * SPREAD_MS) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fetch(), pause);
  }

  async #fetch() {
    const request = (this.#request = new AbortController());
    this.#isOutdated = false;
    let retry = /** @type {number | null} */ (null);
    try {
      const list = await get(`/api/v1/boards/${this.#board}/contradictions${this.#at ? `?at=${this.#at}` : ""}`, { signal: request.signal });
      if (request.signal.aborted) return;
      this.#show(list);
      this.#draw();
    } catch {
      if (request.signal.aborted) return;
      retry = RETRY_MS; // a list that was loaded stays visible
    }
    this.#request = null;
    if (this.#isOutdated) this.#schedule();
    else if (retry !== null) this.#schedule(retry);
  }

  /** @param {ContradictionList} list */
  #show(list) {
    this.#list = list;
    this.#byCard = new Map(list.cards.map((card) => [card.card, card]));
  }
}

/** @param {Pick<AnyBoard, "of">} board */
const hasSightingsToCompare = (board) => board.of("sighting").filter(({ state }) => state.seen_at && state.place?.lat != null).length > 1;

/** Return true if an event may add or end a contradiction. @param {BoardEvent} event */
function mayContradict({ kind, state, changes = [] }) {
  if (kind === "search") return changes.includes("missing_since");
  return kind === "sighting" && (!state || changes.some((path) => COMPARED_FIELDS.has(path.split(".")[0])));
}
