/* Alarms for this person, as pushed over the socket: open ones, oldest first, and recently taken ones. They are current on every
   page, also on one that shows the past. */

import { elapsed, readClocks } from "../elapsed.js";
import { FRESH_MS } from "../connection/freshness.js";
import { serverNow } from "../time.js";

const TAKEN_MS = 60_000; // ms for which a taken alarm is still shown
const ACKNOWLEDGED_MS = 5_000; // ms for which an acknowledged command counts until a frame confirms it

/** @param {Alarm} alarm */
const isUrgent = ({ occasion, rule }) => (occasion ? occasion === "sighting_urgent" : rule === "urgent_sighting"); // alarms of earlier versions have no occasion

/**
 * Return the key of what an alarm asks now: each step of each round asks again.
 * @param {{ id: string, round?: number, step: number }} alarm
 */
export const callKey = ({ id, round, step }) => (round ? `${id}:${round}:${step}` : `${id}:${step}`);

/**
 * Return since when nobody has an alarm.
 * @param {{ raised_at: IsoTime, lapsed_at?: IsoTime | null, released_at?: IsoTime | null }} alarm
 */
export const waitsSince = ({ raised_at: raised, lapsed_at: lapsed, released_at: released }) => lapsed ?? released ?? raised;

export class Alarms {
  more = 0; // open alarms that the server omitted
  others = 0; // alarms of urgent sightings and tips that nobody has, and that ask only other people
  /** @type {Date | null} */ at = null; // server time at which the list was last known to be current
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

  /** Alarms that nobody has: urgent sightings and tips, newest first, then all other alarms, oldest first. */
  get open() {
    const open = this.#withAcknowledged().filter(({ taken_by: by }) => !by);
    return [...open.filter(isUrgent).sort((one, other) => (waitsSince(one) > waitsSince(other) ? -1 : 1)), ...open.filter((alarm) => !isUrgent(alarm))];
  }

  /** Alarms that somebody has: this person's own, and those that others took a moment ago. */
  get held() {
    return this.#withAcknowledged().filter(({ taken_by: by }) => by);
  }

  /** Alarms taken within the last minute, newest first. */
  get taken() {
    const since = Number(serverNow()) - TAKEN_MS;
    const taken = this.#withAcknowledged().filter(({ taken_by: by, taken_at: at }) => by && Date.parse(at ?? "") > since);
    return taken.sort((first, second) => (String(first.taken_at) < String(second.taken_at) ? 1 : -1));
  }

  /**
   * "loading" before the first answer, then "live" or "not_current". Only an alarms frame proves that the list is current: the server
   * sends one every few seconds, and the heads of boards do not prove that it still checks for alarms.
   */
  get state() {
    if (this.#proven === null) return "loading";
    return this.#isAnswered && elapsed(this.#proven, this.#clocks()) < FRESH_MS ? "live" : "not_current";
  }

  /**
   * Count an alarm as taken by this person until a frame confirms it.
   * @param {string} id
   * @param {AlarmTaker} by
   * @param {number} [seq] seq of its event
   */
  acknowledged(id, by, seq) {
    this.#acknowledged.set(id, { by, seq, at: serverNow().toISOString(), until: this.#clocks().mono + ACKNOWLEDGED_MS });
    this.#changed();
  }

  /**
   * Set the end of this person's promise until a frame confirms it.
   * @param {string} id
   * @param {IsoTime} until
   * @param {number} [seq] of the event
   */
  promised(id, until, seq) {
    this.#list = this.#list.map((alarm) => (alarm.id === id ? { ...alarm, seq: seq ?? alarm.seq, until } : alarm));
    this.#changed();
  }

  /**
   * Count an alarm as no longer taken by this person until a frame confirms it.
   * @param {string} id
   */
  released(id) {
    this.#acknowledged.delete(id);
    this.#list = this.#list.map((alarm) => (alarm.id === id ? { ...alarm, taken_by: null, taken_at: null, until: null } : alarm));
    this.#changed();
  }

  // --- called by the session

  /** Ask for alarms; the connection is open. */
  ask() {
    this.#isAnswered = false;
    this.#transmit({ type: "alarms" });
  }

  /** @param {AlarmsFrame} frame */
  onFrame({ alarms, more, others = 0 }) {
    this.#list = alarms;
    this.more = more;
    this.others = others;
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
  #withAcknowledged() {
    const { mono } = this.#clocks();
    for (const [id, { until }] of this.#acknowledged) if (until < mono) this.#acknowledged.delete(id);
    return this.#list.map((alarm) => {
      const acknowledgement = alarm.taken_by ? undefined : this.#acknowledged.get(alarm.id);
      return acknowledgement ? { ...alarm, seq: acknowledgement.seq ?? alarm.seq, taken_by: acknowledgement.by, taken_at: acknowledgement.at } : alarm;
    });
  }

  #changed() {
    for (const fn of this.#watchers) fn();
  }
}
