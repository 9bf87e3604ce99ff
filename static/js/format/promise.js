/* Promise of a taken alarm: how long it lasts, and when it is about to end. Pure. */

import { instantsOf, MINUTE_MS, toInput } from "../core/time.js";

export const OFFERED_MIN = [10, 30, 60, 120];
const DAY_MS = 86_400_000;
const MAX_PROMISE_MS = 8 * 60 * MINUTE_MS;
const REMINDER_MS = 2 * MINUTE_MS; // time before the end of a promise; a fifth of the promise if that is shorter
const SHARE = 5;

/**
 * Return the ISO time `minutes` after a time, rounded up to a full minute.
 * @param {number} minutes @param {Date} now
 */
export const untilIn = (minutes, now) => new Date(Math.ceil(Number(now) / MINUTE_MS + minutes) * MINUTE_MS).toISOString();

/**
 * Return the end of a promise extended by `minutes`, at most 8 hours from now.
 * @param {number} minutes @param {IsoTime} until @param {Date} now
 */
export function longerPromise(minutes, until, now) {
  const longer = untilIn(minutes, new Date(Math.max(Number(now), Date.parse(until)))), latest = Math.floor((Number(now) + MAX_PROMISE_MS) / MINUTE_MS) * MINUTE_MS;
  return new Date(Math.min(Date.parse(longer), latest)).toISOString();
}

/**
 * Return true if a promise ends so soon that its owner is reminded.
 * @param {{ taken_at: IsoTime | null, until: IsoTime | null }} alarm @param {Date} now
 */
export function endsSoon({ taken_at: taken, until }, now) {
  if (!taken || !until) return false;
  const left = Date.parse(until) - Number(now), length = Date.parse(until) - Date.parse(taken);
  return left <= Math.min(REMINDER_MS, length / SHARE);
}

/**
 * Return the next occurrence of a time of day; null if it is more than 8 hours away.
 * @param {string} clock as "12:40" @param {Date} now
 * @returns {IsoTime | null}
 */
export function nextTime(clock, now) {
  const days = [now, new Date(Number(now) + DAY_MS)].map((day) => toInput(day).slice(0, 10));
  const instants = days.flatMap((day) => instantsOf(`${day}T${clock}`));
  return instants.find((instant) => Date.parse(instant) > Number(now) && Date.parse(instant) - Number(now) <= MAX_PROMISE_MS) ?? null;
}
