/* Time since the last input in any tab of this account. A reload does not reset it; following a link to a page does. */

import { prefix, storage } from "../storage/storage.js";

const STORE_EVERY_MS = 5_000; // ms: other tabs read it, so it is accurate to this
const KEY = "last-input";

export class IdleTimer {
  #limitMs;
  #now;
  #lastInput;
  #storedAt = 0;

  /** @param {{ limitMs: number, isReload?: boolean, now?: () => number }} options `limitMs`: 0 for no limit; `isReload`: the person did not follow a link */
  constructor({ limitMs, isReload = false, now = Date.now }) {
    this.#limitMs = limitMs;
    this.#now = now;
    this.#lastInput = now();
    const stored = isReload ? storage.read(key()) : null;
    if (typeof stored === "number" && stored < this.#lastInput) this.#lastInput = stored;
    else this.#store();
  }

  /** Return true if nobody has used a tab of this account for the limit. The computer may have slept in the meantime. */
  get isOver() {
    if (!this.#limitMs) return false;
    if (this.#now() - this.#lastInput < this.#limitMs) return false;
    const stored = storage.read(key());
    if (typeof stored === "number" && stored <= this.#now()) this.#lastInput = Math.max(this.#lastInput, stored);
    return this.#now() - this.#lastInput >= this.#limitMs;
  }

  /** Record input, unless the limit is over: then the screen must lock first. */
  input() {
    if (!this.isOver) this.restart();
  }

  /** Start again, as after unlocking. */
  restart() {
    this.#lastInput = this.#now();
    if (this.#now() - this.#storedAt >= STORE_EVERY_MS) this.#store();
  }

  #store() {
    if (!this.#limitMs) return;
    this.#storedAt = this.#now();
    storage.write(key(), this.#lastInput);
  }
}

const key = () => `${prefix()}${KEY}`;

/** Return true if the page was reloaded or reached by the back or forward button. */
export const isReloaded = () => ["reload", "back_forward"].includes(/** @type {PerformanceNavigationTiming | undefined} */ (performance.getEntriesByType("navigation")[0])?.type ?? "");
