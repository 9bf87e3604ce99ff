/* Times for people: in Europe/Brussels regardless of the machine's zone, with 24 hours, in the reader's language. Ages use the
   server's clock. */

import { locale, t } from "./i18n.js";
import { say } from "./rules/sentences.js";
import { ClockOffset } from "./connection/clock_offset.js";

const ZONE = "Europe/Brussels";
export const MINUTE_MS = 60_000, HOUR_MS = 60 * MINUTE_MS;
const SECOND = 1000, MINUTE = MINUTE_MS, HOUR = HOUR_MS, DAY = 24 * HOUR;
const SUMMER_AND_WINTER_MS = [2 * HOUR, HOUR]; // offsets ahead of UTC; the earlier instant of an ambiguous time is first

/** @type {Intl.DateTimeFormatOptions} */
const CLOCK = { hour: "2-digit", minute: "2-digit" };
/** @type {Intl.DateTimeFormatOptions} */
const CLOCK_S = { ...CLOCK, second: "2-digit" };
/** @type {Intl.DateTimeFormatOptions} */
const DATE = { day: "numeric", month: "short" };
/** @type {Intl.DateTimeFormatOptions} */
const DATE_OF_YEAR = { ...DATE, year: "numeric" };
/** @type {Intl.DateTimeFormatOptions} */
const DAY_OF_WEEK = { weekday: "short", ...DATE };
/** @type {Intl.DateTimeFormatOptions} */
const DAY_OF_YEAR = { ...DAY_OF_WEEK, year: "numeric" };
/** @type {Intl.DateTimeFormatOptions} */
const IN_WEEK = { weekday: "short", ...CLOCK };
/** @type {Intl.DateTimeFormatOptions} */
const INPUT = { year: "numeric", month: "2-digit", day: "2-digit", ...CLOCK };

// --- the server's clock

const offset = new ClockOffset(), steadyOffset = new ClockOffset();

/**
 * Record the server's time from a heartbeat.
 * @param {IsoTime} iso
 */
export function syncClock(iso) {
  offset.add(Date.parse(iso) - Date.now());
  steadyOffset.add(Date.parse(iso) - performance.now());
}

/** Return the server's current time as a Date; the local time if the offset is unknown. */
export function serverNow() {
  return new Date(Date.now() + (offset.ms ?? 0));
}

/**
 * Return the server's time as a Date, counted on a monotonic clock, so that setting this machine's clock has no effect; null before the
 * first heartbeat.
 */
export function steadyServerNow(mono = performance.now()) {
  return steadyOffset.ms === null ? null : new Date(mono + steadyOffset.ms);
}

/**
 * Return the ISO time at which an event was committed: `clock` if present, because `at` may be ahead of the clock.
 * @param {{ at: IsoTime, clock?: IsoTime | null }} options
 */
export const committedAt = ({ at, clock: clockTime }) => clockTime ?? at;

// --- points in time: an ISO text or a Date in, "" for null or an invalid one

/**
 * "22:34"
 * @param {Time} when
 */
export const clock = (when) => write(CLOCK, when);
/**
 * "22:34:07"
 * @param {Time} when
 */
export const clockWithSeconds = (when) => write(CLOCK_S, when);
/**
 * "Tue 24 Nov", with the year unless it is the current one
 * @param {Time} when
 */
export const day = (when, now = serverNow()) =>
  plain(yearOf(when) === yearOf(now) ? DAY_OF_WEEK : DAY_OF_YEAR, when);
/**
 * "24 Nov", with the year unless it is the current one
 * @param {Time} when
 */
export const date = (when, now = serverNow()) => plain(yearOf(when) === yearOf(now) ? DATE : DATE_OF_YEAR, when);
/**
 * "24 Nov 2026": always with the year
 * @param {Time} when
 */
export const dateOfYear = (when) => plain(DATE_OF_YEAR, when);
/**
 * "24 Nov 2026 22:34": with the year, for paper
 * @param {Time} when
 */
export const dateAndClock = (when) => `${plain(DATE_OF_YEAR, when)} ${clock(when)}`;
/**
 * "Tue 22:34"
 * @param {Time} when
 */
export const dayAndClock = (when) => plain(IN_WEEK, when);
/**
 * "22:34" today, "Tue 24 Nov 22:34" on other days
 * @param {Time} when
 */
export function moment(when, now = serverNow()) {
  const dateText = day(when, now);
  return dateText === today(now) ? clock(when) : `${dateText} ${clock(when)}`.trim();
}

let todayCache = { key: "", text: "" };

/**
 * Return today's date. Formatted once per minute, because a date never changes within one.
 * @param {Date} now
 */
function today(now) {
  const key = `${locale()} ${Math.floor(Number(now) / MINUTE)}`;
  if (todayCache.key !== key) todayCache = { key, text: day(now, now) };
  return todayCache.text;
}

// --- durations: with units, to distinguish them from times of day

/**
 * "just now", "2 min ago", "3 h ago", "2 d ago"; "in 5 min" for the future
 * @param {Time} when
 */
export function ago(when, now = serverNow()) {
  const elapsedMs = msBetween(when, now);
  if (elapsedMs === null) return "";
  if (Math.abs(elapsedMs) < MINUTE) return t("just now");
  return elapsedMs < 0 ? t("in {length}", { length: formatDuration(-elapsedMs) }) : t("{length} ago", { length: formatDuration(elapsedMs) });
}

/**
 * "7 s", "41 min", "9 h 05 min", "23 h", then "3 d 02 h": time since `when`, never negative.
 * @param {Time} when
 */
export function runningTime(when, now = serverNow()) {
  const elapsedMs = msBetween(when, now);
  if (elapsedMs === null) return "";
  const length = Math.max(0, elapsedMs);
  return length < DAY ? formatShortDuration(length) : say("days_hours", { days: Math.floor(length / DAY), hours: twoDigits((length % DAY) / HOUR) });
}

/**
 * "41 min overdue", or "" if it is not overdue.
 * @param {Time} when
 */
export function late(when, now = serverNow()) {
  const elapsedMs = msBetween(when, now);
  return elapsedMs === null || elapsedMs < MINUTE ? "" : t("{length} overdue", { length: formatDuration(elapsedMs) });
}

/**
 * "7 s" below a minute, otherwise like formatDuration.
 * @param {number} length
 */
export const formatShortDuration = (length) => (length < MINUTE ? say("seconds", { seconds: Math.floor(length / SECOND) }) : formatDuration(length));

/**
 * "41 min", "3 h 05 min", "23 h", "2 d": a duration in ms, rounded down, in its largest units.
 * @param {number} length
 */
export function formatDuration(length) {
  if (length < HOUR) return say("minutes", { minutes: Math.floor(length / MINUTE) });
  if (length < 10 * HOUR) return say("hours_minutes", { hours: Math.floor(length / HOUR), minutes: twoDigits((length % HOUR) / MINUTE) });
  if (length < 2 * DAY) return say("hours", { hours: Math.floor(length / HOUR) });
  return t("{days} d", { days: Math.floor(length / DAY) });
}

// --- forms: the browser's time input has no zone; its value is in Europe/Brussels

/**
 * Return "2026-11-24T22:34" for a datetime-local input, "" for null.
 * @param {Time} when
 */
export function toInput(when) {
  const date = dateOf(when);
  if (!date) return "";
  const part = Object.fromEntries(formatter(INPUT, "en-GB").formatToParts(date).map((/** @type {{ type: string, value: any }} */ { type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`; // a time of day
}

/** Load the browser's time formats. The first use takes 15 ms, so call this while waiting for something else. */
export const loadFormats = () => void toInput(serverNow());

/**
 * Return the instants of a Brussels time "2026-10-25T02:30", as ISO in UTC: usually one; two in the repeated hour when summer time ends;
 * none in the skipped hour when it begins.
 * @param {string} local
 */
export function instantsOf(local) {
  const utc = Date.parse(`${local}:00Z`);
  if (Number.isNaN(utc)) return [];
  const instants = SUMMER_AND_WINTER_MS.map((offset) => new Date(utc - offset));
  return instants.filter((instant) => toInput(instant) === local).map((instant) => instant.toISOString());
}

/** @param {Time} when */
function dateOf(when) {
  if (when === null || when === undefined || when === "") return null;
  const date = when instanceof Date ? when : new Date(when);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** @param {Time} when @param {Time} now */
function msBetween(when, now) {
  const start = dateOf(when);
  return start && Number(now) - Number(start);
}

// Formatters are slow to create, and the language is unknown until the catalogue is loaded.
const formatters = new Map();

/** @param {Intl.DateTimeFormatOptions} options */
function formatter(options, language = locale()) {
  if (!formatters.has(options)) formatters.set(options, new Intl.DateTimeFormat(language, { timeZone: ZONE, hourCycle: "h23", ...options }));
  return formatters.get(options);
}

/** @param {Intl.DateTimeFormatOptions} options @param {Time} when */
function write(options, when) {
  const date = dateOf(when);
  return date ? formatter(options).format(date) : "";
}

/** @param {Intl.DateTimeFormatOptions} options @param {Time} when */
const plain = (options, when) => write(options, when).replace(",", "");
/**
 * Return the year in Brussels, which is an hour ahead of UTC at the turn of a year. A formatter would take ten times as long.
 * @param {Time} when
 */
const yearOf = (when) => new Date(Number(dateOf(when)) + HOUR).getUTCFullYear();
/** @param {number} number */
const twoDigits = (number) => String(Math.floor(number)).padStart(2, "0");
