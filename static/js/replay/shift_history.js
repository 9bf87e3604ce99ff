/** Shifts and handovers, from the events of both entities, whose id is that of their board. */
import { get, orNull } from "../core/connection/api.js";

const BOARD = "operations";
const PAGE = 1000; // events of both entities
const MAX_PAGES = 5; // three months with many handovers

/**
 * Yield the events of shift and handover, newest page first. Ends early if there is no answer.
 * @returns {AsyncGenerator<BoardEvent[]>}
 */
async function* pages() {
  for (let before = 2 ** 53, page = 0; page < MAX_PAGES; page += 1) {
    const query = new URLSearchParams({ entity: BOARD, before: String(before), limit: String(PAGE) });
    const events = (await orNull(get(`/api/v1/boards/${BOARD}/events?${query}`)))?.events ?? [];
    yield events;
    if (events.length < PAGE) return;
    before = events[0].seq;
  }
}

/**
 * Return the last state of a handover that was never signed and so has no report; null if there is none.
 * @param {number | null} number
 */
export async function lastUnsignedHandover(number) {
  for await (const events of pages()) {
    const last = events.findLast(({ kind, state }) => kind === "handover" && state?.number === number);
    if (last) return last.state ?? null;
  }
  return null;
}

export class ShiftHistory {
  /** @type {{ number: number, holder: string, since: IsoTime, until: IsoTime | null }[]} */ all = []; // [{number, holder, since, until}] in order; `until` is null for the current one
  /** @type {number | null} */ #number = null; // number of the current shift at the time of loading
  #changed;

  /** @param {() => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * Reload if another shift is current.
   * @param {number} number number of the current shift
   */
  async follow(number) {
    if (number === this.#number) return;
    this.#number = number;
    await this.#read();
    if (this.all.at(-1)?.number !== number && this.#number === number) this.#number = null; // no answer: retry
  }

  /** Load the shifts. Without an answer, a history is grouped by days. */
  async #read() {
    /** @type {AnyState[]} */
    const states = [];
    for await (const events of pages()) states.unshift(...events.flatMap(({ kind, state }) => (kind === "shift" && state ? [state] : [])));
    if (!states.length) return;
    this.all = states.map(({ number, holder, since }, index) => ({ number, holder, since, until: states[index + 1]?.since ?? null }));
    this.#changed();
  }

  /**
   * Return the shift at a time; null before the first.
   * @param {IsoTime} time
   */
  at(time) {
    let low = 0, high = this.all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.all[middle].since <= time) low = middle + 1;
      else high = middle;
    }
    return this.all[low - 1] ?? null;
  }
}
