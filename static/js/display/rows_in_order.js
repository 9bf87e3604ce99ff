/* Order of the searches on a display: that of core/rules/search_gravity.js, at a slower pace. Readers remember places, so the order changes at
   most once a minute, and only if the rank of a search does; searches that moved up are marked. New searches appear immediately, and
   ended ones disappear immediately. Pure: time is a parameter. */

import { comparePlaces } from "../core/rules/search_gravity.js";

const REORDER_MS = 60_000;
const MARKED_MS = 20_000; // duration of the mark

export class SearchOrder {
  /** @type {Map<string, SearchPlace>} */ #places = new Map(); // by id of the search
  /** @type {Map<string, number>} */ #movedUpAt = new Map();
  #reorderedAt = -Infinity;
  #isSettled = false;

  /**
   * Return the searches in order, each by its last used rank.
   * @param {SearchPlace[]} searches
   * @param {{ now: number, isSettled: boolean }} options `now`: ms of a monotonic clock; `isSettled`: all ranks are known
   * @returns {SearchPlace[]}
   */
  update(searches, { now, isSettled }) {
    const placed = this.#places, canReorder = !this.#isSettled || now - this.#reorderedAt >= REORDER_MS;
    const changed = searches.filter(({ id, rank }) => placed.has(id) && placed.get(id)?.rank !== rank);
    const keepPlace = (/** @type {SearchPlace} */ search) => (canReorder && changed.length ? search : (placed.get(search.id) ?? search));
    const ordered = searches.map((search) => (this.#isSettled ? keepPlace(search) : search)).sort(comparePlaces);
    if (changed.length && canReorder && this.#isSettled && this.#differs(ordered)) this.#mark(changed, now);
    this.#places = new Map(ordered.map((search) => [search.id, search]));
    this.#isSettled ||= isSettled;
    return ordered;
  }

  /**
   * Return true if the order of previously known searches has changed.
   * @param {SearchPlace[]} ordered
   */
  #differs(ordered) {
    const previousIds = [...this.#places.keys()].filter((id) => ordered.some((search) => search.id === id));
    return ordered.filter(({ id }) => this.#places.has(id)).some(({ id }, index) => id !== previousIds[index]);
  }

  /**
   * Return true if a search recently moved up.
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
