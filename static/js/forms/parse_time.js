/* Parser of times in everyday words: "now", "10 minutes ago", "14:30", "yesterday 22:00", "24 Nov 14:30", and in ISO format
   ("2026-11-24T15:10"). It accepts all four languages: operator and caller may speak different ones. Pure. */

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
/** Words for a day, as a number of days from today; longer words first. @type {[RegExp, number][]} */
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

/** @typedef {"past" | "ahead" | "near"} Leaning day of a time without a date: the last possible, the next possible, or today */

/**
 * Return the time as ISO, or null if it cannot be parsed.
 * @param {string} text
 * @param {Date} now
 * @param {Leaning} [leaning]
 */
export const parseTime = (text, now, leaning) => readTime(text, now, leaning).at;

/**
 * Parse a time. `problem` is "gap" if the time did not exist on that day because summer time began.
 * @param {string} text
 * @param {Date} now
 * @param {Leaning} [leaning]
 * @returns {{ at: string | null, problem?: "gap" }}
 */
export function readTime(text, now, leaning = "past") {
  if (text.length > MAX_LENGTH) return { at: null };
  const words = normalise(text);
  if (NOW.test(words)) return { at: now.toISOString() };
  const iso = ISO.exec(words);
  if (iso) return iso[3] ? { at: isoOf(Date.parse(text.trim())) } : instant(`${iso[1]}T${iso[2].padStart(5, "0")}`);
  const relativeTime = fromNow(words, now);
  return relativeTime ? { at: relativeTime } : clockTime(words, now, leaning);
}

/**
 * Format a time in the reader's language so that it can be parsed again: "Tue 24 Nov 22:34".
 * @param {string | null} iso
 */
export const describeTime = (iso, now = new Date()) => (iso && toInput(iso) ? `${dayName(iso, now)} ${clock(iso)}` : "");

/** Return a text in lower case, without accents and commas. @param {string} text */
export const normalise = (text) => text.trim().toLowerCase().normalize("NFD").replace(/[\u0300-\u036f,]/g, "").replace(/\s+/g, " ");

/** @param {string} words */
const replaceCounts = (words) => COUNTS.reduce((text, [pattern, count]) => text.replace(pattern, count), words);

/**
 * Return the days from today if a text is one word for a day ("yesterday": -1), otherwise null.
 * @param {string} words
 */
export function dayNamedIn(words) {
  const dayWord = DAYS.find(([pattern]) => pattern.exec(words)?.[0] === words);
  return dayWord ? dayWord[1] : null;
}

/**
 * Parse "3 days ago" as -3; return null for other texts.
 * @param {string} words
 */
export function daysAgoIn(words) {
  const counted = replaceCounts(words), [pattern] = UNITS[UNITS.length - 1], match = pattern.exec(counted);
  return match && AGO.test(counted) && Number(match[1]) <= MAX_DAYS ? -Number(match[1]) : null;
}

/** @param {string} words @param {Date} now */
function fromNow(words, now) {
  const counted = replaceCounts(words);
  const isMinutesOnly = /^\d+\s*(?:m|min|minute|minutes|minuut|minuten)$/.test(counted);
  const isAhead = AHEAD.test(counted);
  if (!AGO.test(counted) && !isMinutesOnly && !isAhead) return null;
  let length = 0, isMatched = false;
  for (const [pattern, unit] of UNITS) {
    const match = pattern.exec(counted);
    if (match) (length += Number(match[1]) * unit), (isMatched = true);
  }
  return isMatched ? isoOf(Number(now) + (isAhead ? length : -length)) : null;
}

/** @param {string} words @param {Date} now @param {Leaning} leaning */
function clockTime(words, now, leaning) {
  const date = dateIn(words);
  const clockText = clockIn(date ? words.replace(date.text, " ").trim() : words);
  if (!clockText) return { at: null };
  const today = toInput(now).slice(0, 10);
  if (date) return resolveDate(date, clockText, today, now, leaning);
  const dayWord = DAYS.find(([pattern]) => pattern.test(words));
  if (dayWord) return instant(`${addDays(today, dayWord[1])}T${clockText}`);
  const at = instant(`${today}T${clockText}`);
  const hasPassed = at.at === null || Date.parse(at.at) <= now.getTime() + MAX_AHEAD_MS;
  if (leaning === "past" && !hasPassed) return instant(`${addDays(today, -1)}T${clockText}`);
  if (leaning === "ahead" && hasPassed && !at.problem) return instant(`${addDays(today, 1)}T${clockText}`);
  return at;
}

/**
 * Return the time of day in a text, as "14:30", or null.
 * @param {string} words
 */
function clockIn(words) {
  if (NOON.test(words)) return "12:00";
  if (MIDNIGHT.test(words)) return "00:00";
  const twelveHourMatch = TWELVE_HOURS.exec(words);
  const match = twelveHourMatch ?? TIME.exec(words) ?? DIGITS.exec(words.replace(/^[a-z\s.-]+/, ""));
  if (!match || (twelveHourMatch && (Number(twelveHourMatch[1]) > 12 || twelveHourMatch[1] === "0"))) return null;
  const hours = twelveHourMatch ? (Number(twelveHourMatch[1]) % 12) + (twelveHourMatch[3] === "p" ? 12 : 0) : Number(match[1]);
  const minutes = match[2] ?? "00";
  return hours > 23 || Number(minutes) > 59 ? null : `${String(hours).padStart(2, "0")}:${minutes}`; // a time of day
}

/**
 * Return the date in a text, or null. The year is optional.
 * @param {string} words
 * @returns {{ text: string, day: string, month: string, year?: string } | null}
 */
export function dateIn(words) {
  const match = DATE.exec(words) ?? DOTTED_DATE.exec(words);
  if (match) return { text: match[0], day: match[1], month: match[2], year: match[3] };
  const namedMatch = NAMED_DATE.exec(words);
  const month = namedMatch ? MONTHS.findIndex((pattern) => pattern.test(namedMatch[2])) + 1 : 0;
  return namedMatch && month ? { text: namedMatch[0], day: namedMatch[1], month: String(month), year: namedMatch[3] } : null;
}

/**
 * @param {{ day: string, month: string, year?: string }} date
 * @param {string} clockText
 * @param {string} today
 * @param {Date} now
 * @param {Leaning} leaning
 */
function resolveDate({ day, month, year }, clockText, today, now, leaning) {
  const inYear = (/** @type {number} */ fullYear) => instant(`${fullYear}-${month.padStart(2, "0")}-${day.padStart(2, "0")}T${clockText}`);
  if (year) return inYear(Number(year));
  const thisYear = Number(today.slice(0, 4)), at = inYear(thisYear);
  if (at.at === null) return at;
  const hasPassed = Date.parse(at.at) <= now.getTime() + MAX_AHEAD_MS;
  if (leaning === "past" && !hasPassed) return inYear(thisYear - 1);
  return leaning === "ahead" && hasPassed && month === "1" ? inYear(thisYear + 1) : at;
}

/**
 * Return the instant of a local time; the first of two if summer time ends that night.
 * @param {string} local "2026-11-24T14:30"
 * @returns {{ at: string | null, problem?: "gap" }}
 */
function instant(local) {
  const utc = Date.parse(`${local}:00Z`);
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 16) !== local) return { at: null }; // 30 Feb
  const [at] = instantsOf(local);
  return at ? { at } : { at: null, problem: "gap" };
}

// Counts from noon, because a day may have 23 or 25 hours.
/** @param {string} day @param {number} count */
export const addDays = (day, count) => new Date(Date.parse(`${day}T12:00:00Z`) + count * DAY).toISOString().slice(0, 10);

/** @param {number} ms */
const isoOf = (ms) => (Number.isFinite(ms) && Math.abs(ms) < 8e15 ? new Date(ms).toISOString() : null);

