/* Plan of duties: days from 07:00 to 07:00 in Brussels, duties as people type them, and how many people are planned. Pure. */

import { HOUR_MS, instantsOf, toInput } from "../time.js";

const DAY_MS = 24 * HOUR_MS;
const DAY_STARTS = 7; // o'clock
const DUTY = /^(\d{1,2})(?:[:.h](\d{2}))?\s*[-–]\s*(\d{1,2})(?:[:.h](\d{2}))?(\+1)?$/;

/** @typedef {{ date: string, from: string, to: string, hours: number }} PlanDay a day of the plan; `hours` is 23 or 25 in the nights of the clock changes */
/** @typedef {{ id: string, account: string, starts_at: string, ends_at: string, uid: string | null }} PlannedEntry */
/** @typedef {{ starts_at: string, ends_at: string }} Span */

/**
 * Return another date.
 * @param {string} date @param {number} days
 */
export const addDays = (date, days) => new Date(Date.parse(`${date}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/**
 * Return the Monday of the week to which a time belongs in the plan.
 * @param {Date} now
 */
export function mondayOf(now) {
  const local = toInput(now), date = Number(local.slice(11, 13)) < DAY_STARTS ? addDays(local.slice(0, 10), -1) : local.slice(0, 10);
  return addDays(date, -((new Date(`${date}T00:00Z`).getUTCDay() + 6) % 7));
}

/**
 * Return the seven days of a week.
 * @param {string} monday
 * @returns {PlanDay[]}
 */
export const daysOf = (monday) => Array.from({ length: 7 }, (_, day) => planDay(addDays(monday, day)));

/** @param {string} date @returns {PlanDay} */
function planDay(date) {
  const from = instant(date, DAY_STARTS, 0), to = instant(addDays(date, 1), DAY_STARTS, 0);
  return { date, from, to, hours: (Date.parse(to) - Date.parse(from)) / HOUR_MS };
}

/**
 * Return a Brussels time as ISO. For a time in the skipped hour, return one hour later; for a repeated time, the first of the two.
 * @param {string} date @param {number} hour @param {number} minute
 */
function instant(date, hour, minute) {
  const local = (/** @type {number} */ at) => `${date}T${String(at).padStart(2, "0")}:${String(minute).padStart(2, "0")}`; // a time of day
  return instantsOf(local(hour))[0] ?? instantsOf(local(hour + 1))[0];
}

/**
 * Return the duties of a text such as "23-7", "7-15, 19-23" or "7-13+1" on a day of the plan; null if it cannot be read. Hours
 * before 07:00 belong to the next morning; "+1" adds a day.
 * @param {string} text @param {PlanDay} day
 * @returns {Span[] | null}
 */
export function parseDuties(text, day) {
  const parts = text.split(/[,;]/).map((part) => part.trim()).filter(Boolean);
  const spans = parts.map((part) => parseDuty(part, day));
  return spans.some((span) => span === null) ? null : /** @type {Span[]} */ (spans);
}

/** @param {string} text @param {PlanDay} day @returns {Span | null} */
function parseDuty(text, { date }) {
  const found = DUTY.exec(text);
  if (!found) return null;
  const [from, fromMinute, to, toMinute] = [found[1], found[2], found[3], found[4]].map((part) => Number(part ?? 0));
  if (Math.max(from, to) > 24 || Math.max(fromMinute, toMinute) > 59) return null;
  const start = from === 24 ? 0 : from, end = to === 24 ? 0 : to, startDate = start < DAY_STARTS ? addDays(date, 1) : date;
  const days = Number(end * 60 + toMinute <= start * 60 + fromMinute) + Number(Boolean(found[5]));
  return { starts_at: instant(startDate, start, fromMinute), ends_at: instant(addDays(startDate, days), end, toMinute) };
}

/**
 * Return a duty as people type it: "23-7", "22:30-7"; "7-13+1" if it is longer than a day.
 * @param {Span} span
 */
export function dutyText({ starts_at: from, ends_at: to }) {
  const [startDate, start] = toInput(from).split("T"), [endDate, end] = toInput(to).split("T");
  const days = (Date.parse(endDate) - Date.parse(startDate)) / DAY_MS - Number(end <= start);
  return `${hourText(start)}-${hourText(end)}${days > 0 ? `+${days}` : ""}`;
}

/** @param {string} time as "07:30" */
function hourText(time) {
  const [hour, minute] = time.split(":");
  return minute === "00" ? String(Number(hour)) : `${Number(hour)}:${minute}`; // a time of day
}

/**
 * Return true if a duty overlaps one of these.
 * @param {Span} span @param {Span[]} others
 */
export const overlaps = ({ starts_at: from, ends_at: to }, others) => others.some(({ starts_at: start, ends_at: end }) => Date.parse(start) < Date.parse(to) && Date.parse(end) > Date.parse(from));

/**
 * Return the entries of an account that start on a day, in order.
 * @param {PlannedEntry[]} entries @param {string} account @param {PlanDay} day
 */
export const entriesOf = (entries, account, { from, to }) => entries.filter((entry) => entry.account === account && isBetween(entry.starts_at, from, to)).sort(byStart);

/** @param {string} at @param {string} from @param {string} to */
const isBetween = (at, from, to) => Date.parse(at) >= Date.parse(from) && Date.parse(at) < Date.parse(to);
/** @param {Span} one @param {Span} other */
const byStart = (one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at);

/**
 * Return where a duty is drawn in its day, as shares of the day: a night that begins before 07:00 continues into the next day.
 * @param {Span} span @param {PlanDay} day
 */
export function placeOf({ starts_at: start, ends_at: end }, { from, to }) {
  const length = Date.parse(to) - Date.parse(from);
  return { left: (Date.parse(start) - Date.parse(from)) / length, width: (Date.parse(end) - Date.parse(start)) / length };
}

/**
 * Split a day into spans, each with a constant number of planned people.
 * @param {PlannedEntry[]} entries @param {PlanDay} day
 * @returns {(Span & { count: number })[]}
 */
export function coverageOf(entries, { from, to }) {
  const start = Date.parse(from), end = Date.parse(to);
  const spans = entries.map((entry) => [Math.max(start, Date.parse(entry.starts_at)), Math.min(end, Date.parse(entry.ends_at)), entry.account]).filter(([begin, until]) => begin < until);
  const times = [...new Set([start, end, ...spans.flatMap(([begin, until]) => [Number(begin), Number(until)])])].sort((one, other) => one - other);
  /** @type {(Span & { count: number })[]} */
  const parts = [];
  for (const [at, begin] of times.slice(0, -1).entries()) {
    const count = new Set(spans.filter(([first, last]) => Number(first) <= begin && Number(last) > begin).map(([, , account]) => account)).size, last = parts.at(-1);
    const until = new Date(times[at + 1]).toISOString();
    if (last?.count === count) last.ends_at = until;
    else parts.push({ starts_at: new Date(begin).toISOString(), ends_at: until, count });
  }
  return parts;
}

/**
 * Return the future spans of these days in which nobody is planned.
 * @param {PlannedEntry[]} entries @param {PlanDay[]} days @param {Date} now
 */
export function holesIn(entries, days, now) {
  const parts = days.flatMap((day) => coverageOf(entries, day)).filter(({ count, ends_at: end }) => !count && Date.parse(end) > Number(now));
  return parts.reduce((/** @type {Span[]} */ holes, { starts_at: start, ends_at: end }) => {
    const last = holes.at(-1);
    if (last && last.ends_at === start) last.ends_at = end;
    else holes.push({ starts_at: start, ends_at: end });
    return holes;
  }, []);
}

/**
 * Return the data of the `duty.plan` command that replaces an account's duties of a day; null if nothing changes.
 * @param {PlannedEntry[]} existing of that account and day, in order @param {Span[]} wanted @param {string} account
 */
export function planChange(existing, wanted, account) {
  const isSame = (/** @type {Span} */ one, /** @type {Span} */ other) => Date.parse(one.starts_at) === Date.parse(other.starts_at) && Date.parse(one.ends_at) === Date.parse(other.ends_at);
  const kept = existing.filter((entry) => wanted.some((span) => isSame(entry, span)));
  const left = existing.filter((entry) => !kept.includes(entry)), added = wanted.filter((span) => !kept.some((entry) => isSame(entry, span)));
  if (!left.length && !added.length) return null;
  const entries = added.map((span, at) => ({ ...(left[at] ? { id: left[at].id, uid: left[at].uid } : {}), account, starts_at: span.starts_at, ends_at: span.ends_at }));
  return { entries, remove: left.slice(added.length).map(({ id }) => id) };
}
