/* Offset between the server's clock and a local clock, estimated from heartbeats. Pure. */

const SAMPLES = 6;    // heartbeats in 30 s: enough to include one that travelled fast
const SET_MS = 20_000; // a heartbeat is hardly ever so late, and never twice by the same time: then a clock was set back
const ALIKE_MS = 2_000; // two heartbeats delayed by the same sleep differ by the time between them, which is more

export class ClockOffset {
  /** @type {number[]} */ #samples = [];

  /**
   * Add a sample: server time minus local time, in ms. Delay only makes it smaller.
   * @param {number} ms
   */
  add(ms) {
    if (!Number.isFinite(ms)) return;
    const before = this.#samples.at(-1) ?? NaN;
    const wasSet = (this.ms ?? NaN) - ms > SET_MS && Math.abs(before - ms) < ALIKE_MS;
    this.#samples = wasSet ? [before, ms] : [...this.#samples, ms].slice(-SAMPLES);
  }

  /** Largest of the last samples, in ms, which is the nearest to the truth; null before the first. */
  get ms() {
    return this.#samples.length ? Math.max(...this.#samples) : null;
  }
}
