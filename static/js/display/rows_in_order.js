/* Order of the searches on a display: that of core/rules/search_gravity.js, at a quieter pace. A reader keeps the places in mind, so it changes at most once a minute, and only when the
   class of a search does; what moved up is marked. New searches come in at once, and those that ended leave at once. Pure: time
   is a parameter. */

import { comparePlaces } from "../core/rules/search_gravity.js";

const REORDER_MS = 60_000;
const MARKED_MS = 20_000; // how long what moved up is marked

export class SearchOrder {
  /** @type {Map<string, SearchPlace>} */ #places = new Map(); // by id of the search
  /** @type {Map<string, number>} */ #movedUpAt = new Map();
  #reorderedAt = -Infinity;
  #isSettled = false;

  /**
   * Return the searches in order, each by the class that it was last placed by.
   * @param {SearchPlace[]} searches
   * @param {{ now: number, settled: boolean }} options `now`: ms of a monotonic clock; `settled`: all classes are known
   * @returns {SearchPlace[]}
   */
  update(searches, { now, settled }) {
    const known = this.#places, isFree = !this.#isSettled || now - this.#reorderedAt >= REORDER_MS;
    const changed = searches.filter(({ id, rank }) => known.has(id) && known.get(id)?.rank !== rank);
    const place = (/** @type {SearchPlace} */ each) => (isFree && changed.length ? each : (known.get(each.id) ?? each));
    const ordered = searches.map((each) => (this.#isSettled ? place(each) : each)).sort(comparePlaces);
    if (changed.length && isFree && this.#isSettled && this.#differs(ordered)) this.#mark(changed, now);
    this.#places = new Map(ordered.map((each) => [each.id, each]));
    this.#isSettled ||= settled;
    return ordered;
  }

  /**
   * Return whether searches that were there already have another order now.
   * @param {SearchPlace[]} ordered
   */
  #differs(ordered) {
    const before = [...this.#places.keys()].filter((id) => ordered.some((each) => each.id === id));
    return ordered.filter(({ id }) => this.#places.has(id)).some(({ id }, at) => id !== before[at]);
  }

  /**
   * Return whether a search moved up a moment ago.
   * @param {string} id
   * @param {number} now
   */
  movedUp(id, now) {
    return now - (this.#movedUpAt.get(id) ?? -Infinity) < MARKED_MS;
  }

  /** @param {SearchPlace[]} changed @param {number} now */
  #mark(changed, now) {
    this.#reorderedAt = now;
    this.#movedUpAt = new Map(changed.filter(({ id, rank }) => rank > (this.#places.get(id)?.rank ?? rank)).map(({ id }) => [id, now]));
  }
}
