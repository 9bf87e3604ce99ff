/* Nights from 19:00 to 07:00 in Brussels, by the date on which they begin. Pure. */

import { HOUR_MS, MINUTE_MS, instantsOf, toInput } from "../time.js";

const DAY_MS = 24 * HOUR_MS, STARTS = "19:00", ENDS = "07:00";
const DATE = /^\d{4}-\d\d-\d\d$/;

/** @typedef {{ from: IsoTime, to: IsoTime }} Period */

/**
 * Return the date of the last night that has begun.
 * @param {Date} now
 */
export function lastNight(now) {
  const [date, time] = toInput(now).split("T");
  return time >= STARTS ? date : nextDate(date, -1);
}

/**
 * Return another date.
 * @param {string} date @param {number} days
 */
export const nextDate = (date, days) => new Date(Date.parse(`${date}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/**
 * Return the period of a night. In the nights of the clock changes it has 11 or 13 hours.
 * @param {string} date
 * @returns {Period}
 */
export const nightOf = (date) => ({ from: instantsOf(`${date}T${STARTS}`)[0], to: instantsOf(`${nextDate(date, 1)}T${ENDS}`)[0] });

/**
 * Return the period of the last `days` days.
 * @param {number} days @param {Date} now
 * @returns {Period}
 */
export const lastDays = (days, now) => ({ from: new Date(now.getTime() - days * DAY_MS).toISOString(), to: now.toISOString() });

/** @param {string | null} date @param {Date} now */
export const isPastNight = (date, now) => date !== null && DATE.test(date) && !Number.isNaN(Date.parse(date)) && date <= lastNight(now);

/**
 * Return the times of an axis: each hour of a night, otherwise twelve equal parts, or fewer so that none is shorter than a minute.
 * @param {Period} period
 */
export function ticksOf({ from, to }) {
  const start = Date.parse(from), length = Date.parse(to) - start, hours = length / HOUR_MS, minutes = Math.floor(length / MINUTE_MS);
  const parts = Number.isInteger(hours) && hours <= 13 ? hours : Math.max(1, Math.min(12, minutes));
  return Array.from({ length: parts + 1 }, (_, part) => ({ at: new Date(start + (length * part) / parts), share: part / parts }));
}
