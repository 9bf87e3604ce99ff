/* Order of the searches on a display. A reader keeps the places in mind, so it changes at most once a minute, and only when the
   class of a search does; what moved up is marked. New searches come in at once, and those that ended leave at once. Pure: time
   is a parameter. */

const REORDER_MS = 60_000;
const MARKED_MS = 20_000; // how long what moved up is marked

export const ALARM = 4, WORRYING = 3, TO_DECIDE = 2, LATE = 1, CALM = 0; // classes, the gravest last

/**
 * Return the class of an open search.
 * @param {State} state
 * @param {Summary | undefined} summary
 */
export function classOf({ worrying, undecided }, summary) {
  if (summary?.alarm) return ALARM;
  if (worrying === true) return WORRYING;
  if (undecided === true) return TO_DECIDE;
  return summary?.overdue_tasks || summary?.unanswered?.late ? LATE : CALM;
}

export class SearchOrder {
  /** @type {Map<string, Place>} */ #places = new Map(); // by id of the search
  /** @type {Map<string, number>} */ #movedUpAt = new Map();
  #reorderedAt = -Infinity;
  #isSettled = false;

  /**
   * Return the ids in order: by class, then those that are missing for the shortest time.
   * @param {Place[]} searches
   * @param {{ now: number, settled: boolean }} options `now`: ms of a monotonic clock; `settled`: all classes are known
   * @returns {Place[]} with the class by which each is placed
   */
  update(searches, { now, settled }) {
    const known = this.#places, isFree = !this.#isSettled || now - this.#reorderedAt >= REORDER_MS;
    const changed = searches.filter(({ id, rank }) => known.has(id) && known.get(id)?.rank !== rank);
    if (changed.length && isFree && this.#isSettled) this.#mark(changed, now);
    const place = (/** @type {Place} */ each) => (isFree && changed.length ? each : (known.get(each.id) ?? each));
    this.#places = new Map(searches.map((each) => [each.id, this.#isSettled ? place(each) : each]));
    this.#isSettled ||= settled;
    return [...this.#places.values()].sort((a, b) => b.rank - a.rank || b.since - a.since || (a.id < b.id ? -1 : 1));
  }

  /**
   * Return whether a search moved up a moment ago.
   * @param {string} id
   * @param {number} now
   */
  movedUp(id, now) {
    return now - (this.#movedUpAt.get(id) ?? -Infinity) < MARKED_MS;
  }

  /** @param {Place[]} changed @param {number} now */
  #mark(changed, now) {
    this.#reorderedAt = now;
    this.#movedUpAt = new Map(changed.filter(({ id, rank }) => rank > (this.#places.get(id)?.rank ?? rank)).map(({ id }) => [id, now]));
  }
}
