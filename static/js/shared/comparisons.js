/** What sightings say next to what is known of the child, as the server compares it: for the panel of a sighting. */
import { get } from "../core/connection/api.js";

/** @typedef {{ comparison: SightingComparison | null, problem: string | null }} ComparisonReply neither is set while it is loading for the first time */

const MAX_KEPT = 20; // answers

export class Comparisons {
  #board;
  #draw;
  /** @type {Map<string, ComparisonReply>} */ #answers = new Map(); // by sighting and seq, the last requested one at the end
  /** @type {Map<string, ComparisonReply>} */ #latest = new Map(); // shown while the next one is loading
  #abort = new AbortController();

  /** @param {string} board @param {() => void} draw */
  constructor(board, draw) {
    this.#board = board;
    this.#draw = draw;
  }

  /**
   * Return the answer, and request it if it is not known yet. Until it arrives, the one of the last time is returned.
   * @param {string} sighting
   * @param {number | null} [at] seq of a past board
   */
  of(sighting, at = null) {
    const key = `${sighting} ${at}`, known = this.#answers.get(key);
    if (known?.comparison || known?.problem) return known;
    if (!known) this.#request(key, sighting, at);
    return this.#latest.get(key) ?? { comparison: null, problem: null };
  }

  /** Drop all answers. */
  forget() {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#answers.clear();
    this.#latest.clear();
  }

  /** Drop the answers if a sighting or the search changed. @param {BoardEvent[]} events */
  onEvents(events) {
    if (events.some(({ kind }) => kind === "sighting" || kind === "search")) this.#answers.clear();
  }

  /** @param {string} key @param {string} sighting @param {number | null} at */
  async #request(key, sighting, at) {
    /** @type {ComparisonReply} */
    const answer = { comparison: null, problem: null }, { signal } = this.#abort;
    keep(this.#answers, key, answer);
    try {
      answer.comparison = await get(`/api/v1/boards/${this.#board}/sightings/${sighting}/comparison${at ? `?at=${at}` : ""}`, { signal });
    } catch (error) {
      answer.problem = /** @type {any} */ (error).message;
    }
    if (signal.aborted) return;
    keep(this.#latest, key, answer);
    this.#draw();
  }
}

/** @param {Map<string, ComparisonReply>} answers @param {string} key @param {ComparisonReply} answer */
function keep(answers, key, answer) {
  answers.delete(key);
  answers.set(key, answer);
  while (answers.size > MAX_KEPT) answers.delete(/** @type {string} */ (answers.keys().next().value));
}
