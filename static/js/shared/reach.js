/** How far a person can get from a sighting, or from where the child was last seen, until a time. For the panel of a sighting and the map. */
import { get } from "../core/connection/api.js";
import { t } from "../core/i18n.js";

/** @typedef {Reach["by"]} Means */
/** @typedef {{ from: string, until: IsoTime, by: Means, at?: number | null }} ReachQuery `from`: id of a sighting, or "last_seen"; `at`: seq of a past board */
/** @typedef {{ reach: Reach | null, problem: string | null }} ReachAnswer both are null during the first request */

/** @type {Means[]} */
export const MEANS = ["foot", "bicycle", "car", "train"];
const LAST_SEEN = "last_seen";

const MAX_KEPT = 40; // cached answers

/** @param {Means} means */
export const meansText = (means) => ({ foot: t("on foot"), bicycle: t("by bicycle"), car: t("by car"), train: t("by train") })[means];

export class Reaches {
  means = MEANS; // for the map, which is loaded later and cannot import this module
  textOf = meansText;
  lastSeen = LAST_SEEN;
  #board;
  #draw;
  /** @type {Map<string, ReachAnswer>} */ #answers = new Map(); // by query, oldest first
  /** @type {Map<string, ReachAnswer>} */ #latest = new Map(); // by query without its time; shown until the answer for a new time arrives
  #abort = new AbortController();

  /** @param {string} board @param {() => void} draw */
  constructor(board, draw) {
    this.#board = board;
    this.#draw = draw;
  }

  /** Return the answer to a query, and request it if necessary. Until it arrives, return the answer for the previous time. @param {ReachQuery} query */
  of({ from, until, by, at = null }) {
    const place = JSON.stringify([from, by, at]), key = `${place} ${until}`;
    const known = this.#answers.get(key);
    if (known?.reach || known?.problem) return known;
    if (!known) this.#request(key, place, new URLSearchParams({ from, until, by, ...(at ? { at: String(at) } : {}) }));
    return this.#latest.get(place) ?? { reach: null, problem: null };
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

  /** @param {string} key @param {string} place @param {URLSearchParams} query */
  async #request(key, place, query) {
    /** @type {ReachAnswer} */
    const answer = { reach: null, problem: null }, { signal } = this.#abort;
    this.#keep(this.#answers, key, answer);
    try {
      answer.reach = await get(`/api/v1/boards/${this.#board}/reach?${query}`, { signal });
    } catch (error) {
      answer.problem = /** @type {any} */ (error).message;
    }
    if (signal.aborted) return;
    this.#keep(this.#latest, place, answer);
    this.#draw();
  }

  /** @param {Map<string, ReachAnswer>} answers @param {string} key @param {ReachAnswer} answer */
  #keep(answers, key, answer) {
    answers.delete(key);
    answers.set(key, answer);
    while (answers.size > MAX_KEPT) answers.delete(/** @type {string} */ (answers.keys().next().value));
  }
}
