/* Offset between the server's clock and a local clock, estimated from heartbeats. Pure. */

const SAMPLES = 6;    // heartbeats in 30 s: enough to include a fast one
const SET_MS = 20_000; // two heartbeats in a row that are this late by the same delay mean that a clock was set back
const ALIKE_MS = 2_000; // two heartbeats delayed by the same sleep differ by more: the time between them

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
