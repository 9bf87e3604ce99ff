/* A board as it was after any of its events. Events carry state, so it is folded from them: what is not there yet is put, what was
   there is kept with the step that replaced it. So a step back is as quick as a step forth, and from any moment to any other it is
   one step for each event between: five thousand of them are a few milliseconds. */

import { Entities, entityChange } from "../core/sequence.js";

export class EventFold {
  #events = [];
  #entities = new Entities();
  #steps = [];   // of each event that was applied once: {kind, id, from, to}; false where it says nothing (erased)
  #count = 0;

  /** events: of one board, in order, from its first; those that one may not see are left out. */
  constructor(events = []) {
    this.add(events);
  }

  /** More of them, which came after. */
  add(events) {
    for (const event of events) this.#events.push(event);
  }

  /** How many there are; a moment is how many of them have happened. */
  get length() {
    return this.#events.length;
  }

  get count() {
    return this.#count;
  }

  /** What was true then. It is the same object at every moment: look at it before the next step. */
  get entities() {
    return this.#entities;
  }

  /** The last event of a moment; nothing before the first. */
  event(count = this.#count) {
    return this.#events[count - 1];
  }

  /** The events after one moment, up to another. */
  between(from, to) {
    return this.#events.slice(from, to);
  }

  /** -> how many events had happened at a seq. */
  upTo(seq) {
    return this.#last((event) => event.seq <= seq);
  }

  /** -> how many had happened at a time, as the wire writes it: such times sort as text. */
  until(time) {
    return this.#last((event) => event.at <= time);
  }

  /** Goes to a moment. */
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

  /** What was erased is skipped: the events after it say what is still true. */
  #step(event) {
    const { put, drop } = entityChange(event);
    const of = put ?? drop;
    return of ? { kind: of.kind, id: of.id, from: this.#entities.one(of.kind, of.id), to: put } : false;
  }

  #become(step, side) {
    if (!step) return;
    if (step[side]) this.#entities.put(step[side]);
    else this.#entities.drop(step);
  }

  /** How many events there are up to the last for which it holds: `at` and `seq` never decrease. */
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
