/* Offset between the server's clock and a local clock, estimated from heartbeats. Pure. */

const SAMPLES = 6;    // heartbeats (30 s): enough to include one with little delay
const SET_MS = 20_000; // if two heartbeats in a row are late by this much and by the same delay, a clock was set back
const ALIKE_MS = 2_000; // largest difference of two equal delays; after a sleep, delays differ by the 5 s between heartbeats

export class ClockOffset {
  /** @type {number[]} */ #samples = [];

  /**
   * Add a sample: server time minus local time, in ms. Network delay only makes it smaller.
   * @param {number} ms
   */
  add(ms) {
    if (!Number.isFinite(ms)) return;
    const previous = this.#samples.at(-1) ?? NaN;
    const wasSet = (this.ms ?? NaN) - ms > SET_MS && Math.abs(previous - ms) < ALIKE_MS;
    this.#samples = wasSet ? [previous, ms] : [...this.#samples, ms].slice(-SAMPLES);
  }

  /** Largest of the last samples, in ms: the one with the least delay. Null before the first. */
  get ms() {
    return this.#samples.length ? Math.max(...this.#samples) : null;
  }
}
