/* Times as people say them: "now", "10 minutes ago", "14:30", "yesterday 22:00", "24 Nov 14:30", and as programs write them
   ("2026-11-24T15:10"). All four languages at once: operator and caller may speak different ones. Pure. */

import { clock, day as dayName, instantsOf, toInput } from "../core/time.js";

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const MAX_DAYS = 36_500;
const MAX_LENGTH = 80; // characters; no time is longer
const NOW = /^(now|just now|maintenant|nu|net|zonet|jetzt|gerade)$/;
const AGO = /^(?:-|il y a|vor|voor)|\b(?:ago|geleden|plus tot|her)$/;
const AHEAD = /^(?:\+|in|dans|over)\s*(?=\d)/;

/** Words for a count, with accents removed. @type {[RegExp, string][]} */
const COUNTS = [
  [/\b(?:half an hour|une demi-heure|demi-heure|een half ?uur|half ?uur|einer halben stunde)\b/, "30 min"],
  [/\b(?:a quarter of an hour|un quart d.heure|een kwartier|kwartier|einer viertelstunde)\b/, "15 min"],
  [/\b(?:an?|une?|een|eine[rm]?|1e)\s(?=(?:min|hour|heure|uur|stunde|day|jour|dag|tag))/, "1 "],
];
/** @type {[RegExp, number][]} */
const UNITS = [
  [/(?<!\d)(\d+)\s*(?:m|min|minute|minutes|minuut|minuten)\b/, MINUTE],
  [/(?<!\d)(\d+)\s*(?:h|hour|hours|heure|heures|u|uur|uren|std|stunde|stunden)\b/, HOUR],
  [/(?<!\d)(\d+)\s*(?:d|day|days|j|jour|jours|dag|dagen|tag|tage|tagen)\b/, DAY],
];
/** Words for a day, as a number of days from today. The longer ones first. @type {[RegExp, number][]} */
const DAYS = [
  [/\b(?:day before yesterday|avant-hier|eergisteren|vorgestern)\b/, -2],
  [/\b(?:day after tomorrow|apres-demain|overmorgen|ubermorgen)\b/, 2],
  [/\b(?:yesterday|hier|gisteren|gestern)\b/, -1],
  [/\b(?:tomorrow|demain|morgen)\b/, 1],
  [/\b(?:today|aujourd.hui|vandaag|heute)\b/, 0],
];
const NOON = /\b(?:noon|midday|midi|middag|mittags?)\b/, MIDNIGHT = /\b(?:midnight|minuit|middernacht|mitternachts?)\b/;
const TIME = /\b(\d{1,2})\s*(?::|\.|heures?|uur|uhr|h|u)\s*(\d{2})?(?!\w)/;
const DIGITS = /^([01]\d|2[0-3])([0-5]\d)$/; // "1430"
const TWELVE_HOURS = /\b(\d{1,2})(?:[:.](\d{2}))?\s*([ap])\.?m\b/;
const ISO = /^(\d{4}-\d{2}-\d{2})[t\s]\s*(\d{1,2}:\d{2})(?::\d{2}(?:\.\d+)?)?\s*(z|[+-]\d{2}:?\d{2})?$/;
const DATE = /\b(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}))?\b/;
const DOTTED_DATE = /\b(\d{1,2})\.(\d{1,2})\.(?:\s?(\d{4})\b)?/;
const NAMED_DATE = /\b(\d{1,2})(?:er|st|nd|rd|th|\.)?\s(?:of\s|de\s)?([a-z]{3,9})\b\.?(?:\s(\d{4})\b(?!:))?/;
const MONTHS = ["jan", "fe[bv]", "m(?:ar|rt|aa|ae)", "a[pv]r", "ma[iy]|mei", "juin|june?$|juni", "juil|jul", "aug|aou", "sep", "o[ck]t", "nov", "de[cz]"].map((start) => new RegExp(`^(?:${start})`));
const MAX_AHEAD_MS = 5 * MINUTE; // tolerance for a fast clock

/** @typedef {"past" | "ahead" | "near"} Leaning which day a time of day without one is of: the last one, the next one, or today */

/**
 * Return the time as ISO, or null if it cannot be read.
 * @param {string} text
 * @param {Date} now
 * @param {Leaning} [leaning]
 */
export const parseTime = (text, now, leaning) => readTime(text, now, leaning).at;

/**
 * Read a time. `problem` says why there is none: its clock did not exist on that day, as summer time began.
 * @param {string} text
 * @param {Date} now
 * @param {Leaning} [leaning]
 * @returns {{ at: string | null, problem?: "gap" }}
 */
export function readTime(text, now, leaning = "past") {
  if (text.length > MAX_LENGTH) return { at: null };
  const words = plain(text);
  if (NOW.test(words)) return { at: now.toISOString() };
  const iso = ISO.exec(words);
  if (iso) return iso[3] ? { at: dated(Date.parse(text.trim())) } : instant(`${iso[1]}T${iso[2].padStart(5, "0")}`);
  const moved = fromNow(words, now);
  return moved ? { at: moved } : clockTime(words, now, leaning);
}

/**
 * Format a time so that it parses again, in the reader's language: "Tue 24 Nov 22:34".
 * @param {string | null} iso
 */
export const describeTime = (iso, now = new Date()) => (iso && toInput(iso) ? `${dayName(iso, now)} ${clock(iso)}` : "");

/** Return a text in small letters, without accents and commas. @param {string} text */
export const plain = (text) => text.trim().toLowerCase().normalize("NFD").replace(/[\u0300-\u036f,]/g, "").replace(/\s+/g, " ");

/** @param {string} words */
const counts = (words) => COUNTS.reduce((said, [pattern, count]) => said.replace(pattern, count), words);

/**
 * Return how many days from today a text of one word for a day names ("yesterday": -1), or null.
 * @param {string} words
 */
export function dayNamedIn(words) {
  const named = DAYS.find(([pattern]) => pattern.exec(words)?.[0] === words);
  return named ? named[1] : null;
}

/**
 * Return the days of "3 days ago" as -3, or null.
 * @param {string} words
 */
export function daysAgoIn(words) {
  const counted = counts(words), [pattern] = UNITS[UNITS.length - 1], found = pattern.exec(counted);
  return found && AGO.test(counted) && Number(found[1]) <= MAX_DAYS ? -Number(found[1]) : null;
}

/** @param {string} words @param {Date} now */
function fromNow(words, now) {
  const counted = counts(words);
  const minutesAlone = /^\d+\s*(?:m|min|minute|minutes|minuut|minuten)$/.test(counted);
  const ahead = AHEAD.test(counted);
  if (!AGO.test(counted) && !minutesAlone && !ahead) return null;
  let length = 0, read = false;
  for (const [pattern, unit] of UNITS) {
    const found = pattern.exec(counted);
    if (found) (length += Number(found[1]) * unit), (read = true);
  }
  return read ? dated(Number(now) + (ahead ? length : -length)) : null;
}

/** @param {string} words @param {Date} now @param {Leaning} leaning */
function clockTime(words, now, leaning) {
  const date = dateIn(words);
  const said = clockIn(date ? words.replace(date.text, " ").trim() : words);
  if (!said) return { at: null };
  const today = toInput(now).slice(0, 10);
  if (date) return ofDate(date, said, today, now, leaning);
  const named = DAYS.find(([pattern]) => pattern.test(words));
  if (named) return instant(`${addDays(today, named[1])}T${said}`);
  const at = instant(`${today}T${said}`);
  const passed = at.at === null || Date.parse(at.at) <= now.getTime() + MAX_AHEAD_MS;
  if (leaning === "past" && !passed) return instant(`${addDays(today, -1)}T${said}`);
  if (leaning === "ahead" && passed && !at.problem) return instant(`${addDays(today, 1)}T${said}`);
  return at;
}

/**
 * Return the time of day in a text, as "14:30", or null.
 * @param {string} words
 */
function clockIn(words) {
  if (NOON.test(words)) return "12:00";
  if (MIDNIGHT.test(words)) return "00:00";
  const half = TWELVE_HOURS.exec(words);
  const found = half ?? TIME.exec(words) ?? DIGITS.exec(words.replace(/^[a-z\s.-]+/, ""));
  if (!found || (half && (Number(half[1]) > 12 || half[1] === "0"))) return null;
  const hours = half ? (Number(half[1]) % 12) + (half[3] === "p" ? 12 : 0) : Number(found[1]);
  const minutes = found[2] ?? "00";
  return hours > 23 || Number(minutes) > 59 ? null : `${String(hours).padStart(2, "0")}:${minutes}`; // a time of day
}

/**
 * Return the date in a text, or null. A year may be missing.
 * @param {string} words
 * @returns {{ text: string, day: string, month: string, year?: string } | null}
 */
export function dateIn(words) {
  const found = DATE.exec(words) ?? DOTTED_DATE.exec(words);
  if (found) return { text: found[0], day: found[1], month: found[2], year: found[3] };
  const named = NAMED_DATE.exec(words);
  const month = named ? MONTHS.findIndex((pattern) => pattern.test(named[2])) + 1 : 0;
  return named && month ? { text: named[0], day: named[1], month: String(month), year: named[3] } : null;
}

/**
 * @param {{ day: string, month: string, year?: string }} date
 * @param {string} said
 * @param {string} today
 * @param {Date} now
 * @param {Leaning} leaning
 */
function ofDate({ day, month, year }, said, today, now, leaning) {
  const of = (/** @type {number} */ one) => instant(`${one}-${month.padStart(2, "0")}-${day.padStart(2, "0")}T${said}`);
  if (year) return of(Number(year));
  const present = Number(today.slice(0, 4)), at = of(present);
  if (at.at === null) return at;
  const passed = Date.parse(at.at) <= now.getTime() + MAX_AHEAD_MS;
  if (leaning === "past" && !passed) return of(present - 1);
  return leaning === "ahead" && passed && month === "1" ? of(present + 1) : at;
}

/**
 * Return the instant of a local time; the first of two in the night in which summer time ends.
 * @param {string} local "2026-11-24T14:30"
 * @returns {{ at: string | null, problem?: "gap" }}
 */
function instant(local) {
  const wanted = Date.parse(`${local}:00Z`);
  if (Number.isNaN(wanted) || new Date(wanted).toISOString().slice(0, 16) !== local) return { at: null }; // 30 Feb
  const [at] = instantsOf(local);
  return at ? { at } : { at: null, problem: "gap" };
}

// Noon is safe on days of 23 or 25 hours.
/** @param {string} day @param {number} count */
export const addDays = (day, count) => new Date(Date.parse(`${day}T12:00:00Z`) + count * DAY).toISOString().slice(0, 10);

/** @param {number} ms */
const dated = (ms) => (Number.isFinite(ms) && Math.abs(ms) < 8e15 ? new Date(ms).toISOString() : null);

