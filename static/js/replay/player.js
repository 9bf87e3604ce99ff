/* Play the past at several times its speed. Long pauses without events are skipped. */

export const SPEEDS = [1, 10, 60, 300, 600]; // factors
const DEFAULT_SPEED = 60;

const WAIT_MOST = 8_000;    // ms of watching a board without events
const QUIET_LEAST = 60_000; // ms of board time: shorter pauses are never skipped, so that real time stays real
const LEAD = 800;           // ms of watching before the event that ends a pause
const FRAME_MOST = 250;     // ms: time while the page was hidden is not played

/**
 * Advance by `passed` ms of watching.
 * @param {number | null} next time of the next event, null after the last; all in ms
 * @param {number} time
 * @param {number} passed
 * @param {number} speed
 * @returns {{ time: number, skipped: number }} the new time, and how much was skipped
 */
export function advance(time, passed, speed, next) {
  const quiet = Math.max(QUIET_LEAST, WAIT_MOST * speed);
  if (next !== null && next - time > quiet) return { time: next - LEAD * speed, skipped: next - LEAD * speed - time };
  return { time: time + passed * speed, skipped: 0 };
}

export class Player {
  playing = false;
  speed = DEFAULT_SPEED;
  skipped = 0;     // ms of board time: the last pause that was skipped
  #on;
  /** @type {number | null} */ #frame = null;
  /** @type {number | null} */ #last = null;

  /** @param {PlayerHandlers} on - {time() -> ms, next(time) -> ms or null, go(time), changed()} */
  constructor(on) {
    this.#on = on;
  }

  start() {
    this.playing = true;
    this.skipped = 0;
    this.#last = null;
    this.#frame = requestAnimationFrame(this.#tick);
    this.#on.changed();
  }

  stop() {
    if (!this.playing) return;
    this.playing = false;
    this.skipped = 0;
    cancelAnimationFrame(this.#frame);
    this.#on.changed();
  }

  /** @param {number} now */
  #tick = (now) => {
    const passed = this.#last === null ? 0 : Math.min(now - this.#last, FRAME_MOST);
    this.#last = now;
    const time = this.#on.time(), next = this.#on.next(time);
    if (next === null) return this.stop();
    const after = advance(time, passed, this.speed, next);
    if (after.skipped) this.skipped = after.skipped;
    else if (after.time >= next) this.skipped = 0;
    this.#on.go(after.time);
    this.#frame = requestAnimationFrame(this.#tick);
    return undefined;
  };
}
