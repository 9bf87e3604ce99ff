/* Parser of dates in everyday words: "yesterday", "3 days ago", "12/03", "12.3.2014", "12 March 2014", and in ISO format ("2014-03-12").
   It accepts all four languages, like the parser of times. Pure. */

import { date as formatDate, toInput } from "../core/time.js";
import { addDays, dateIn, daysAgoIn, dayNamedIn, normalise } from "./parse_time.js";

const MAX_LENGTH = 80; // characters; no date is longer
const ISO = /^\d{4}-\d{2}-\d{2}$/;
const SHORT_YEAR = /^(\d{1,2}[/.-]\d{1,2}[/.-])\s?(\d{2})$/;
const NEVER = new Date("9999-01-01T00:00:00Z"); // in no relevant year, so that the year is always written
const WEEKDAY = /^(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|ma|di|wo|do|vr|za|zo|mo|mi|fr|sa|so)[a-z]*\.? (?=\d)/;

/**
 * Return a past or present date as "2014-03-12"; null if the text is not a date. Without a year, the most recent such day.
 * @param {string} text
 * @param {Date} now
 * @returns {string | null}
 */
export function parseDate(text, now) {
  if (text.length > MAX_LENGTH) return null;
  const today = toInput(now).slice(0, 10), words = withYear(normalise(text).replace(WEEKDAY, ""), today);
  if (ISO.test(words)) return validDate(words);
  const parsed = dateIn(words);
  if (parsed) return parsed.text === words ? resolveDate(parsed, today) : null;
  const days = dayNamedIn(words) ?? daysAgoIn(words);
  return days === null ? null : addDays(today, days);
}

/**
 * Format a date in the reader's language so that it can be parsed again: "12 Mar 2014". Other texts are returned unchanged.
 * @param {string} value
 */
export const describeDate = (value) => (ISO.test(value) && validDate(value) ? formatDate(`${value}T12:00:00Z`, NEVER) : value);

/** Return true if a value is a date in the server's format. @param {string} value */
export const isDate = (value) => ISO.test(value) && validDate(value) !== null;

/**
 * Expand a year of two digits to the most recent year with these digits.
 * @param {string} words @param {string} today
 */
function withYear(words, today) {
  const match = SHORT_YEAR.exec(words);
  if (!match) return words;
  const century = Number(today.slice(0, 2)) - Number(match[2] > today.slice(2, 4));
  return `${match[1]}${century}${match[2]}`;
}

/** @param {{ day: string, month: string, year?: string }} parts @param {string} today */
function resolveDate({ day, month, year }, today) {
  const inYear = (/** @type {number | string} */ fullYear) => validDate(`${fullYear}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`);
  if (year) return inYear(year);
  const thisYear = inYear(today.slice(0, 4));
  return thisYear !== null && thisYear > today ? inYear(Number(today.slice(0, 4)) - 1) : thisYear;
}

/**
 * Return a date if the calendar has that day, otherwise null.
 * @param {string} date
 */
function validDate(date) {
  const noon = new Date(`${date}T12:00:00Z`);
  return !Number.isNaN(Number(noon)) && noon.toISOString().startsWith(date) ? date : null;
}
