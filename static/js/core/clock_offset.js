/* How far the server's clock is from one of this machine's, by the heartbeats. Pure. */

const SAMPLES = 6;    // heartbeats, 30 s: enough to find one that travelled fast
const SET_MS = 20_000; // by so much a heartbeat is hardly late, and never twice alike: then a clock was set back
const ALIKE_MS = 2_000; // two that waited together for a machine to wake differ by the time between them, which is more

export class ClockOffset {
  #samples = [];

  /** ms: what a heartbeat said, less what the clock here says. Delay only makes it smaller. */
  add(ms) {
    if (!Number.isFinite(ms)) return;
    const before = this.#samples.at(-1);
    const wasSet = this.ms - ms > SET_MS && Math.abs(before - ms) < ALIKE_MS;
    this.#samples = wasSet ? [before, ms] : [...this.#samples, ms].slice(-SAMPLES);
  }

  /** -> ms, or null while no heartbeat came: the largest of the last few is nearest */
  get ms() {
    return this.#samples.length ? Math.max(...this.#samples) : null;
  }
}
