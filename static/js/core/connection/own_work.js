/* Alarms and cards that this person holds, on all searches. Loaded when the connection opens, and again after events that may change the list. */

import { currentWork, heldBy } from "../rules/own_work.js";
import { isLimited } from "../rules/roles.js";
import { get, orNull } from "./api.js";
import { PacedRead } from "./paced_read.js";

export const READ_EVERY_MS = 5_000; // reload interval while the list is shown: another person may work on a card on any board
const READ_PERIOD_MS = 1_000; // shortest
const STALE_MS = 60_000; // reload interval otherwise: no event reports changes on boards that this page does not follow

export class WorkList {
  failed = false;
  #session;
  /** @type {OwnWork | null} */ #answer = null;
  #readAt = -Infinity;
  #reads = new PacedRead(() => this.#load(), READ_PERIOD_MS);
  #signature = ""; // own alarms and unread alerts at the last read
  /** @type {Set<() => void>} */ #watchers = new Set();

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
    session.alarms.watch(() => this.#followed());
  }

  /**
   * Call fn() after each change.
   * @param {() => void} fn
   * @returns {() => void} stops it
   */
  watch(fn) {
    this.#watchers.add(fn);
    return () => this.#watchers.delete(fn);
  }

  /** Items, the earliest first; null before the first answer. @returns {WorkItem[] | null} */
  get items() {
    return this.#answer && currentWork(this.#answer.items, this.#held, this.#session.account.id);
  }

  /** Items that are already known: before the first answer, only the alarms. @returns {WorkItem[]} */
  get known() {
    return this.items ?? currentWork([], this.#held, this.#session.account.id);
  }

  /** Number of items that the server left out. */
  get leftOut() {
    return this.#answer?.left_out ?? 0;
  }

  read = () => this.#reads.now();

  /** Load the list again soon: something may have changed it. */
  refresh() {
    if (this.#session.can("investigator") && !isLimited()) this.#reads.soon(); // the server keeps no such list for guests
  }

  /** @param {BoardEvent[]} events of a followed board */
  onEvents(events) {
    const me = this.#session.account.id, known = new Set(this.known.map(({ id }) => id));
    if (events.some(({ id, state }) => state?.assignee === me || known.has(id))) this.refresh();
  }

  /** Call once a second. */
  tick() {
    if (this.#session.connection.state === "open" && performance.now() - this.#readAt > STALE_MS) this.refresh();
  }

  get #held() {
    return heldBy(this.#session.alarms.held, this.#session.account.id);
  }

  /** Load the list again if the alarms of this person changed. The frame repeats them every few seconds. */
  #followed() {
    const signature = this.#held.map(({ id, seq }) => `${id} ${seq}`).join();
    if (signature !== this.#signature) this.refresh();
    this.#signature = signature;
    this.#changed();
  }

  async #load() {
    this.#readAt = performance.now();
    const answer = await orNull(get("/api/v1/work"));
    this.failed = answer === null;
    this.#answer = answer ?? this.#answer;
    this.#changed();
  }

  #changed() {
    for (const fn of this.#watchers) fn();
  }
}
