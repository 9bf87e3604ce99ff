/** Shifts: who held the shift when, from the events of the one shift entity, which has the id of its board. */
import { get, orNull } from "../core/api.js";

const BOARD = "operations";
const PAGE = 1000; // events of the shift, and of its handover, which has the same id
const MAX_PAGES = 5; // pages: a quarter of a year with many handovers

export class ShiftHistory {
  /** @type {{ number: number, holder: string, since: IsoTime, until: IsoTime | null }[]} */ all = []; // [{number, holder, since, until}] in order; `until` is null for the current one
  /** @type {number | null} */ #number = null; // number of the shift that ran when they were loaded, or are being loaded
  #changed;

  /** @param {() => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * Load again if another shift runs.
   * @param {number} number of the current shift
   */
  async follow(number) {
    if (number === this.#number) return;
    this.#number = number;
    await this.#read();
    if (this.all.at(-1)?.number !== number && this.#number === number) this.#number = null; // there was no answer: try again
  }

  /** Without an answer, a history is grouped by days. */
  async #read() {
    /** @type {ShiftState[]} */
    const states = [];
    for (let before = 2 ** 53, page = 0; before !== null && page < MAX_PAGES; page += 1) {
      const query = new URLSearchParams(/** @type {any} */ ({ entity: BOARD, before, limit: PAGE }));
      const events = (await orNull(get(`/api/v1/boards/${BOARD}/events?${query}`)))?.events ?? [];
      states.unshift(...events.filter((/** @type {{ kind: Kind, state: AnyState }} */ { kind, state }) => kind === "shift" && state).map((/** @type {{ state: AnyState }} */ { state }) => state));
      before = events.length < PAGE ? null : events[0].seq;
    }
    if (!states.length) return;
    this.all = states.map(({ number, holder, since }, at) => ({ number, holder, since, until: states[at + 1]?.since ?? null }));
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
