/* State of a board after any of its events, folded from the events, which carry state. Each step remembers the replaced entity, so
   that a step back costs as much as one forward; 5,000 steps take a few milliseconds. */

import { Entities, entityChange } from "../core/connection/sequence.js";

export class EventFold {
  /** @type {BoardEvent[]} */ #events = [];
  #entities = new Entities();
  /** @type {(FoldStep | false)[]} */ #steps = [];   // by event: {kind, id, from, to}; false for an erased event, which has no effect
  #count = 0;

  /** @param {BoardEvent[]} events visible events of one board, in order from its first */
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

  /** Number of events. A moment is a number of past events. */
  get length() {
    return this.#events.length;
  }

  get count() {
    return this.#count;
  }

  /** State at the current moment. One mutable object: read it before the next step. */
  get entities() {
    return this.#entities;
  }

  /** Return the last event of a moment; undefined before the first. */
  event(count = this.#count) {
    return this.#events[count - 1];
  }

  /**
   * Return the events between two moments.
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
    while (this.#count < count) this.#stepForward();
    while (this.#count > count) this.#stepBack();
    return this.#entities;
  }

  #stepForward() {
    const index = this.#count;
    this.#steps[index] ??= this.#step(this.#events[index]);
    this.#apply(this.#steps[index], "to");
    this.#count += 1;
  }

  #stepBack() {
    this.#count -= 1;
    this.#apply(this.#steps[this.#count], "from");
  }

  /**
   * Return the step of an event. Erased events are skipped, because later ones carry the state.
   * @param {BoardEvent} event
   */
  #step(event) {
    const { put, drop } = entityChange(event);
    const entity = put ?? drop;
    return entity ? { kind: entity.kind, id: entity.id, from: this.#entities.one(entity.kind, entity.id), to: put } : false;
  }

  /** @param {FoldStep | false} step @param {"from" | "to"} side */
  #apply(step, side) {
    if (!step) return;
    if (step[side]) this.#entities.put(step[side]);
    else this.#entities.drop(step);
  }

  /**
   * Count the events up to the last that `isIncluded` accepts; `at` and `seq` never decrease.
   * @param {(event: BoardEvent) => boolean} isIncluded
   */
  #last(isIncluded) {
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isIncluded(this.#events[middle])) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
