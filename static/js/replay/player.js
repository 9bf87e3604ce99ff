/* Fast playback of the past. Long pauses without events are skipped. */

export const SPEEDS = [1, 10, 60, 300, 600]; // factors
const DEFAULT_SPEED = 60;

const MAX_WAIT_MS = 8_000;    // watching time without events before a pause is skipped
const MIN_PAUSE_MS = 60_000; // board time: shorter pauses are never skipped, so that real-time playback stays real
const LEAD_MS = 800;           // watching time before the event that ends a pause
const MAX_FRAME_MS = 250;     // time while the page was hidden is not played

/**
 * Advance the board time by `watchedMs` ms of watching.
 * @param {number | null} next time of the next event, null after the last; all in ms
 * @param {number} time
 * @param {number} watchedMs
 * @param {number} speed
 * @returns {{ time: number, skipped: number }} the new time, and the skipped ms
 */
export function advance(time, watchedMs, speed, next) {
  const minPause = Math.max(MIN_PAUSE_MS, MAX_WAIT_MS * speed);
  if (next !== null && next - time > minPause) return { time: next - LEAD_MS * speed, skipped: next - LEAD_MS * speed - time };
  return { time: time + watchedMs * speed, skipped: 0 };
}

export class Player {
  playing = false;
  speed = DEFAULT_SPEED;
  skipped = 0;     // ms of board time: length of the last skipped pause
  #handlers;
  /** @type {number | null} */ #frame = null;
  /** @type {number | null} */ #lastFrameAt = null;

  /** @param {PlayerHandlers} on - {time() -> ms, next(time) -> ms or null, go(time), changed()} */
  constructor(on) {
    this.#handlers = on;
  }

  start() {
    this.playing = true;
    this.skipped = 0;
    this.#lastFrameAt = null;
    this.#frame = requestAnimationFrame(this.#tick);
    this.#handlers.changed();
  }

  stop() {
    if (!this.playing) return;
    this.playing = false;
    this.skipped = 0;
    cancelAnimationFrame(this.#frame);
    this.#handlers.changed();
  }

  /** @param {number} now */
  #tick = (now) => {
    const watchedMs = this.#lastFrameAt === null ? 0 : Math.min(now - this.#lastFrameAt, MAX_FRAME_MS);
    this.#lastFrameAt = now;
    const time = this.#handlers.time(), next = this.#handlers.next(time);
    if (next === null) return this.stop();
    const advanced = advance(time, watchedMs, this.speed, next);
    if (advanced.skipped) this.skipped = advanced.skipped;
    else if (advanced.time >= next) this.skipped = 0;
    this.#handlers.go(advanced.time);
    this.#frame = requestAnimationFrame(this.#tick);
    return undefined;
  };
}
