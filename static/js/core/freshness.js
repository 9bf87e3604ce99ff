/* Is what is applied what the server has? Only the heads of a heartbeat, which come from the database, can prove it:
   neither an open socket nor a recent event does. */

import { elapsed, readClocks } from "./elapsed.js";

// ms: less than two heartbeats of 5 s, and with the tick of a second that looks at it still within 10 s.
export const FRESH_MS = 9_000;

export class Freshness {
  #now;
  #proven = null;   // {mono, wall} of the heads that were last reached
  #asked = null;    // heads not reached yet: {epoch, seq, at, mono, wall}
  #following = null;
  #lagging = false;
  at = null;        // Date, server's clock: up to when what is applied is proven

  constructor(now = readClocks) {
    this.#now = now;
  }

  /** The socket answered the subscription: from here on frames are live. */
  followed() {
    this.#following = this.#now();
    this.#lagging = false;
  }

  /** The socket is gone, or the subscription. */
  lost() {
    this.#following = null;
    this.#asked = null;
  }

  /** Heads came, that were not sent before `sent`. -> true where the reader should ask again from its position: it is behind the
      heads of the heartbeat before. */
  heads({ epoch, seq }, at, position, sent = this.#now()) {
    const behind = this.#asked !== null && !reached(this.#asked, position);
    this.#lagging = behind;
    this.#asked = { epoch, seq, at: new Date(at), ...sent };
    this.applied(position);
    return behind || position.epoch !== epoch;
  }

  /** Something was applied: perhaps it reaches the heads that were told. */
  applied(position) {
    if (!this.#asked || !reached(this.#asked, position)) return;
    const { at, mono, wall } = this.#asked;
    this.#proven = { mono, wall };
    this.at = at;
    this.#asked = null;
    this.#lagging = false;
  }

  /** -> reading, or null: when what is applied was known to be true */
  get proven() {
    return this.#proven;
  }

  /** -> "live" | "catching_up" | "not_current" | "loading"; loaded: something was applied at all. */
  state(loaded) {
    if (!loaded) return "loading";
    const now = this.#now();
    const within = (then) => then !== null && elapsed(then, now) < FRESH_MS;
    if (within(this.#proven)) return this.#following && !this.#lagging ? "live" : "catching_up";
    // opened a moment ago and no heartbeat yet: not false, but not proven either
    return this.#proven === null && within(this.#following) ? "catching_up" : "not_current";
  }
}

const reached = (heads, position) => position.epoch === heads.epoch && position.seq >= heads.seq;
