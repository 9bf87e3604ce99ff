/* State of a board after any of its events, folded from events, as these carry state. Each step keeps what it replaced, so
   that a step back costs as much as one forward; five thousand steps take a few milliseconds. */

import { Entities, entityChange } from "../core/connection/sequence.js";

export class EventFold {
  /** @type {BoardEvent[]} */ #events = [];
  #entities = new Entities();
  /** @type {(FoldStep | false)[]} */ #steps = [];   // of each event applied so far: {kind, id, from, to}; false if it has no effect (erased)
  #count = 0;

  /** @param {BoardEvent[]} events of one board, in order from its first; without those that may not be seen */
  constructor(events = []) {
    this.add(events);
  }

  /**
   * Append later events.
   * @param {BoardEvent[]} events
   */
  add(events) {
    for (const event of events) this.#events.push(event);
  }

  /** Number of events; a moment is the number of events that have happened. */
  get length() {
    return this.#events.length;
  }

  get count() {
    return this.#count;
  }

  /** State at the current moment. The same object at every moment: read it before the next step. */
  get entities() {
    return this.#entities;
  }

  /** Return the last event of a moment; undefined before the first. */
  event(count = this.#count) {
    return this.#events[count - 1];
  }

  /**
   * Return the events after one moment, up to another.
   * @param {number} from
   * @param {number} to
   */
  between(from, to) {
    return this.#events.slice(from, to);
  }

  /**
   * Return the moment at `seq`.
   * @param {number} seq
   */
  upTo(seq) {
    return this.#last((event) => event.seq <= seq);
  }

  /**
   * Return the moment at a time in ISO format, which compares as text.
   * @param {IsoTime} time
   */
  until(time) {
    return this.#last((event) => event.at <= time);
  }

  /**
   * Go to a moment.
   * @param {number} count
   */
  go(count) {
    while (this.#count < count) this.#forth();
    while (this.#count > count) this.#back();
    return this.#entities;
  }

  #forth() {
    const at = this.#count;
    this.#steps[at] ??= this.#step(this.#events[at]);
    this.#become(this.#steps[at], "to");
    this.#count += 1;
  }

  #back() {
    this.#count -= 1;
    this.#become(this.#steps[this.#count], "from");
  }

  /**
   * Skip erased events: later ones carry what is still true.
   * @param {BoardEvent} event
   */
  #step(event) {
    const { put, drop } = entityChange(event);
    const of = put ?? drop;
    return of ? { kind: of.kind, id: of.id, from: this.#entities.one(of.kind, of.id), to: put } : false;
  }

  /** @param {FoldStep | false} step @param {"from" | "to"} side */
  #become(step, side) {
    if (!step) return;
    if (step[side]) this.#entities.put(step[side]);
    else this.#entities.drop(step);
  }

  /**
   * Return the number of events up to the last that `holds` accepts; `at` and `seq` never decrease.
   * @param {(event: BoardEvent) => boolean} holds
   */
  #last(holds) {
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(this.#events[middle])) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
