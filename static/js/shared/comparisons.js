/** Server's comparison of a sighting's details with the known details of the child, for the panel of the sighting. */
import { get } from "../core/connection/api.js";

const PAUSE_MS = 150; // before the request: skimmed cards and moments request nothing
const SPREAD_MS = 300; // spreads the requests of all readers of a board after an event
const MAX_KEPT = 20; // answers

/** @typedef {{ comparison: SightingComparison | null, problem: string | null }} ComparisonReply both are null while the comparison is loading for the first time */

/** @type {ComparisonReply} */
const LOADING = { comparison: null, problem: null };

export class Comparisons {
  #board;
  #draw;
  /** @type {Map<string, ComparisonReply>} */ #replies = new Map(); // by sighting and seq, shown while a newer one is loading
  #requestedKey = ""; // of the last request; empty if it is outdated
  /** @type {AbortController | null} */ #abort = null;
  /** @type {Timer | null} */ #timer = null;

  /** @param {string} board @param {() => void} draw */
  constructor(board, draw) {
    this.#board = board;
    this.#draw = draw;
  }

  /**
   * Return the reply for the open sighting, and request it if it is not known or outdated.
   * @param {string} sighting
   * @param {number | null} [at] seq of a past board
   */
  of(sighting, at = null) {
    const key = `${sighting} ${at}`;
    if (key !== this.#requestedKey) this.#schedule(key, sighting, at);
    return this.#replies.get(key) ?? LOADING;
  }

  /** Drop all replies. */
  forget() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#requestedKey = "";
    this.#replies.clear();
  }

  /** Request the comparison again if a sighting or the search changed. @param {BoardEvent[]} events */
  onEvents(events) {
    if (events.some(({ kind }) => kind === "sighting" || kind === "search")) this.#requestedKey = "";
  }

  /** @param {string} key @param {string} sighting @param {number | null} at */
  #schedule(key, sighting, at) {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#requestedKey = key;
    const { signal } = (this.#abort = new AbortController()), spread = this.#replies.has(key) ? Math.random() * SPREAD_MS : 0;
    this.#timer = setTimeout(() => this.#fetch(key, sighting, at, signal), PAUSE_MS + spread);
  }

  /** @param {string} key @param {string} sighting @param {number | null} at @param {AbortSignal} signal */
  async #fetch(key, sighting, at, signal) {
    const reply = { ...LOADING };
    try {
      reply.comparison = await get(`/api/v1/boards/${this.#board}/sightings/${sighting}/comparison${at ? `?at=${at}` : ""}`, { signal });
    } catch (error) {
      reply.comparison = this.#replies.get(key)?.comparison ?? null; // what was loaded stays visible
      if (!reply.comparison) reply.problem = /** @type {any} */ (error).message;
    }
    if (signal.aborted) return;
    this.#keep(key, reply);
    this.#draw();
  }

  /** @param {string} key @param {ComparisonReply} reply */
  #keep(key, reply) {
    this.#replies.delete(key);
    this.#replies.set(key, reply);
    while (this.#replies.size > MAX_KEPT) this.#replies.delete(/** @type {string} */ (this.#replies.keys().next().value));
  }
}
