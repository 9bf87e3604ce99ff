/* Freshness of a board: proof that the applied state equals the server's. Only the heads in a heartbeat prove it, because they come
   from the database; an open socket or a recent event proves nothing. */

import { elapsed, readClocks } from "../elapsed.js";

// ms: less than two heartbeats of 5 s; with the tick of 1 s that checks it, a stale board shows within 10 s.
export const FRESH_MS = 9_000;

export class Freshness {
  #now;
  /** @type {ClockReading | null} */ #provenAt = null;   // {mono, wall} of the last heads that were reached
  /** @type {Head & ClockReading & { at: Date } | null} */ #awaitedHeads = null;    // heads not reached yet: {epoch, seq, at, mono, wall}
  /** @type {ClockReading | null} */ #followedAt = null;
  #isLagging = false;
  /** @type {Date | null} */ at = null;        // Date, server's clock: time at which the applied state was proven

  constructor(now = readClocks) {
    this.#now = now;
  }

  /** The subscription was confirmed: frames are live from now on. */
  followed() {
    this.#followedAt = this.#now();
    this.#isLagging = false;
  }

  /** The socket or the subscription is gone. */
  lost() {
    this.#followedAt = null;
    this.#awaitedHeads = null;
  }

  /**
   * Record the heads of a heartbeat that was not sent before `sent`.
   * @param {Head} head
   * @param {IsoTime} at
   * @param {BoardPosition} position
   * @param {any} [sent]
   * @returns {boolean} true if the position is still behind the heads of the previous heartbeat, so that the caller must subscribe again
   */
  heads({ epoch, seq }, at, position, sent = this.#now()) {
    const isBehind = this.#awaitedHeads !== null && !hasReached(this.#awaitedHeads, position);
    this.#isLagging = isBehind;
    this.#awaitedHeads = { epoch, seq, at: new Date(at), ...sent };
    this.applied(position);
    return isBehind || position.epoch !== epoch;
  }

  /**
   * The position moved: it may have reached the recorded heads.
   * @param {BoardPosition} position
   */
  applied(position) {
    if (!this.#awaitedHeads || !hasReached(this.#awaitedHeads, position)) return;
    const { at, mono, wall } = this.#awaitedHeads;
    this.#provenAt = { mono, wall };
    this.at = at;
    this.#awaitedHeads = null;
    this.#isLagging = false;
  }

  /** Clock reading at which the applied state last equalled the server's, or null. */
  get proven() {
    return this.#provenAt;
  }

  /**
   * Return "live" | "catching_up" | "not_current" | "loading".
   * @param {boolean} isLoaded true once anything was applied
   */
  state(isLoaded) {
    if (!isLoaded) return "loading";
    const now = this.#now();
    const isWithinLimit = (/** @type {ClockReading | null} */ reading) => reading !== null && elapsed(reading, now) < FRESH_MS;
    if (isWithinLimit(this.#provenAt)) return this.#followedAt && !this.#isLagging ? "live" : "catching_up";
    // just opened and without a heartbeat: neither proven nor stale
    return this.#provenAt === null && isWithinLimit(this.#followedAt) ? "catching_up" : "not_current";
  }
}

/** @param {Head} heads @param {BoardPosition} position */
const hasReached = (heads, position) => position.epoch === heads.epoch && position.seq !== null && position.seq >= heads.seq;
