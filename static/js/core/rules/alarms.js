/* Alarms that ask this person, as pushed over the socket: those that nobody has taken, the oldest first, and those taken a moment
   ago. They are of now on every page, also on one that shows the past. */

import { elapsed, readClocks } from "../elapsed.js";
import { FRESH_MS } from "../connection/freshness.js";
import { serverNow } from "../time.js";

const TAKEN_MS = 60_000; // how long it is told who has an alarm
const ACKNOWLEDGED_MS = 5_000; // an acknowledged command counts for so long before the frame that shows it

export class Alarms {
  more = 0; // open ones that the server has left out
  /** @type {Date | null} */ at = null; // server time at which the list was known to be right
  #transmit;
  #clocks;
  /** @type {Alarm[]} */ #list = [];
  #isAnswered = false; // on this connection
  /** @type {ClockReading | null} */ #proven = null;
  /** @type {Map<string, { by: AlarmTaker, at: IsoTime, seq: number | undefined, until: number }>} */ #acknowledged = new Map(); // by id of the alarm
  /** @type {Set<() => void>} */ #watchers = new Set();

  /** @param {(frame: object) => boolean} transmit @param {() => ClockReading} [clocks] */
  constructor(transmit, clocks = readClocks) {
    this.#transmit = transmit;
    this.#clocks = clocks;
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

  /** Alarms that nobody has taken, the oldest first. */
  get open() {
    return this.#known().filter(({ taken_by: by }) => !by);
  }

  /** Alarms taken within the last minute, the newest first. */
  get taken() {
    const since = Number(serverNow()) - TAKEN_MS;
    const taken = this.#known().filter(({ taken_by: by, taken_at: at }) => by && Date.parse(at ?? "") > since);
    return taken.sort((one, other) => (String(one.taken_at) < String(other.taken_at) ? 1 : -1));
  }

  /**
   * Whether the list is what the server has: "loading" before the first answer, "live", or "not_current". Only a frame proves it, which the
   * server sends again every few seconds: heads of boards do not tell that it still looks for alarms.
   */
  get state() {
    if (this.#proven === null) return "loading";
    return this.#isAnswered && elapsed(this.#proven, this.#clocks()) < FRESH_MS ? "live" : "not_current";
  }

  /**
   * Count an alarm as taken by this person before the frame that says so.
   * @param {string} id
   * @param {AlarmTaker} by
   * @param {number} [seq] of the event
   */
  acknowledged(id, by, seq) {
    this.#acknowledged.set(id, { by, seq, at: serverNow().toISOString(), until: this.#clocks().mono + ACKNOWLEDGED_MS });
    this.#changed();
  }

  /**
   * Count an alarm no longer as taken by this person, before the frame that says so.
   * @param {string} id
   */
  givenBack(id) {
    this.#acknowledged.delete(id);
    this.#list = this.#list.map((alarm) => (alarm.id === id ? { ...alarm, taken_by: null, taken_at: null } : alarm));
    this.#changed();
  }

  // --- called by the session

  /** Ask for alarms; the connection is open. */
  ask() {
    this.#isAnswered = false;
    this.#transmit({ type: "alarms" });
  }

  /** @param {AlarmsFrame} frame */
  onFrame({ alarms, more }) {
    this.#list = alarms;
    this.more = more;
    this.#isAnswered = true;
    this.at = serverNow();
    this.#proven = this.#clocks();
    this.#changed();
  }

  /** The connection is gone. */
  lost() {
    this.#isAnswered = false;
    this.#changed();
  }

  /** @returns {Alarm[]} */
  #known() {
    const { mono } = this.#clocks();
    for (const [id, { until }] of this.#acknowledged) if (until < mono) this.#acknowledged.delete(id);
    return this.#list.map((alarm) => {
      const own = alarm.taken_by ? undefined : this.#acknowledged.get(alarm.id);
      return own ? { ...alarm, seq: own.seq ?? alarm.seq, taken_by: own.by, taken_at: own.at } : alarm;
    });
  }

  #changed() {
    for (const fn of this.#watchers) fn();
  }
}
