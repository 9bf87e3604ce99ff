/* Playing the past: time passes, many times as fast as it did. Where nothing happens for long, that is skipped. */

export const SPEEDS = [1, 10, 60, 300, 600]; // times as fast as it was
export const DEFAULT_SPEED = 60;

const WAIT_MOST = 8_000;    // ms that somebody looks at a board on which nothing happens
const QUIET_LEAST = 60_000; // ms of the board's time: less is not skipped at any speed, so that real time stays real
const LEAD = 800;           // ms of looking, before what comes after a pause
const FRAME_MOST = 250;     // ms: what passed while the page was hidden is not played

/**
 * From a time, after so many ms of looking at it. next: when the next event is (null after the last). All in ms.
 * -> {time, skipped}: the time that it is then, and how much of it was skipped
 */
export function advance(time, passed, speed, next) {
  const quiet = Math.max(QUIET_LEAST, WAIT_MOST * speed);
  if (next !== null && next - time > quiet) return { time: next - LEAD * speed, skipped: next - LEAD * speed - time };
  return { time: time + passed * speed, skipped: 0 };
}

export class Player {
  playing = false;
  speed = DEFAULT_SPEED;
  skipped = 0;     // ms of the board's time: the last pause that was left out
  #on;
  #frame = null;
  #last = null;

  /** on: {time() -> ms, next(time) -> ms or null, go(time), changed()} */
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
