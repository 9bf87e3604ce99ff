/* Identity of this tab among the tabs of the same account. Each outbox entry belongs to one tab; when that tab closes or crashes,
   another takes over its entries. With Web Locks, a tab is alive while it holds its lock. They need a secure origin; without one,
   a tab is alive while its time stamp is recent. */

import { prefix, storage } from "../storage/storage.js";

const STAMP_EVERY_MS = 5_000;    // ms
const STAMP_TTL_MS = 150_000;   // ms: browsers may run the timers of a hidden tab only once a minute
const NAME = "searchboard-tab";

export class Tab {
  /** @type {string | null} */ id = null;
  /** @type {(value?: unknown) => void} */ #release = () => {};
  /** @type {Timer | null} */ #timer = null;

  /** Reuse the identity from before a reload; create a new one if there is none, or if a duplicated tab holds it. */
  async open() {
    const previousId = loadId();
    if (previousId && (await this.#acquire(previousId))) this.id = previousId;
    else await this.#acquire((this.id = crypto.randomUUID?.() ?? `t${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`));
    saveId(this.id);
    return this;
  }

  close() {
    this.#release();
    clearInterval(this.#timer);
    storage.remove(`${prefix()}tab:${this.id}`);
  }

  /**
   * Return the `ids` of tabs that are gone.
   * @param {string[]} ids
   */
  async gone(ids) {
    const alive = globalThis.navigator?.locks ? await lockedIds() : stampedIds();
    return ids.filter((id) => id !== this.id && !alive.has(id));
  }

  /**
   * Run `fn` when no other tab is running one.
   * @param {() => Promise<void>} fn
   */
  async exclusively(fn) {
    if (globalThis.navigator?.locks) await navigator.locks.request(`${NAME}-adopt:${prefix()}`, fn);
    else await fn();
  }

  /**
   * Acquire a lock of this account, and return its release function; null if another tab holds it. Without Web Locks, every tab succeeds.
   * @param {string} name
   * @returns {Promise<(() => void) | null>}
   */
  lock(name) {
    if (!globalThis.navigator?.locks) return Promise.resolve(() => {});
    return new Promise((held) => {
      navigator.locks.request(`${NAME}-${prefix()}${name}`, { ifAvailable: true }, (lock) => {
        if (!lock) return held(null);
        return new Promise((release) => held(() => release(undefined)));
      });
    });
  }

  /** @param {string} id */
  #acquire(id) {
    if (!globalThis.navigator?.locks) return this.#startStamping(id);
    return new Promise((held) => {
      navigator.locks.request(lockOf(id), { ifAvailable: true }, (lock) => {
        held(lock !== null);
        return lock && new Promise((release) => (this.#release = release));
      });
    });
  }

  /** @param {string} id */
  #startStamping(id) {
    const stamp = () => storage.write(`${prefix()}tab:${id}`, Date.now());
    stamp();
    this.#timer = setInterval(stamp, STAMP_EVERY_MS);
    return true;
  }
}

/** @param {string} id */
const lockOf = (id) => `${NAME}:${prefix()}${id}`;

async function lockedIds() {
  const { held } = await navigator.locks.query();
  const start = lockOf("");
  return new Set((held ?? []).flatMap(({ name }) => (name?.startsWith(start) ? [name.slice(start.length)] : [])));
}

function stampedIds() {
  const start = `${prefix()}tab:`;
  const recentKeys = storage.keys(start).filter((key) => Date.now() - storage.read(key) < STAMP_TTL_MS);
  return new Set(recentKeys.map((key) => key.slice(start.length)));
}

function loadId() {
  try {
    return globalThis.sessionStorage.getItem(NAME);
  } catch {
    return null;
  }
}

/** @param {string} id */
function saveId(id) {
  try {
    globalThis.sessionStorage.setItem(NAME, id);
  } catch {
    // a reload then counts as a new tab, which takes over the entries
  }
}
