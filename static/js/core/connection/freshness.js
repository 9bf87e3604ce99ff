/* Freshness of a board: whether the applied state is what the server has. Only the heads in a heartbeat, which come from the
   database, prove it; an open socket or a recent event does not. */

import { elapsed, readClocks } from "../elapsed.js";

// ms: less than two heartbeats of 5 s; with the tick of 1 s that checks it, a stale board shows within 10 s.
export const FRESH_MS = 9_000;

export class Freshness {
  #now;
  /** @type {ClockReading | null} */ #proven = null;   // {mono, wall} of the heads that were reached last
  /** @type {Head & ClockReading & { at: Date } | null} */ #asked = null;    // heads not reached yet: {epoch, seq, at, mono, wall}
  /** @type {ClockReading | null} */ #following = null;
  #lagging = false;
  /** @type {Date | null} */ at = null;        // Date, server's clock: time at which the applied state was proven

  constructor(now = readClocks) {
    this.#now = now;
  }

  /** The subscription was confirmed: frames are live from here on. */
  followed() {
    this.#following = this.#now();
    this.#lagging = false;
  }

  /** The socket or the subscription is gone. */
  lost() {
    this.#following = null;
    this.#asked = null;
  }

  /**
   * Record the heads of a heartbeat that was not sent before `sent`.
   * @param {Head} head
   * @param {IsoTime} at
   * @param {BoardPosition} position
   * @param {any} [sent]
   * @returns {boolean} whether to subscribe again: the position is still behind the heads of the previous heartbeat
   */
  heads({ epoch, seq }, at, position, sent = this.#now()) {
    const behind = this.#asked !== null && !reached(this.#asked, position);
    this.#lagging = behind;
    this.#asked = { epoch, seq, at: new Date(at), ...sent };
    this.applied(position);
    return behind || position.epoch !== epoch;
  }

  /**
   * The position moved: it may have reached the recorded heads.
   * @param {BoardPosition} position
   */
  applied(position) {
    if (!this.#asked || !reached(this.#asked, position)) return;
    const { at, mono, wall } = this.#asked;
    this.#proven = { mono, wall };
    this.at = at;
    this.#asked = null;
    this.#lagging = false;
  }

  /** Clock reading at which the applied state was known to be true, or null. */
  get proven() {
    return this.#proven;
  }

  /**
   * Return "live" | "catching_up" | "not_current" | "loading".
   * @param {boolean} loaded whether anything was applied yet
   */
  state(loaded) {
    if (!loaded) return "loading";
    const now = this.#now();
    const within = (/** @type {ClockReading | null} */ then) => then !== null && elapsed(then, now) < FRESH_MS;
    if (within(this.#proven)) return this.#following && !this.#lagging ? "live" : "catching_up";
    // just opened and without a heartbeat: neither proven nor stale
    return this.#proven === null && within(this.#following) ? "catching_up" : "not_current";
  }
}

/** @param {Head} heads @param {BoardPosition} position */
const reached = (heads, position) => position.epoch === heads.epoch && position.seq !== null && position.seq >= heads.seq;
