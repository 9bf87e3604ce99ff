/* Dates as people say them: "yesterday", "3 days ago", "12/03", "12.3.2014", "12 March 2014", and as programs write them ("2014-03-12").
   All four languages at once, like times. Pure. */

import { date as formatDate, toInput } from "../core/time.js";
import { addDays, dateIn, daysAgoIn, dayNamedIn, plain } from "./parse_time.js";

const MAX_LENGTH = 80; // characters; no date is longer
const ISO = /^\d{4}-\d{2}-\d{2}$/;
const SHORT_YEAR = /^(\d{1,2}[/.-]\d{1,2}[/.-])\s?(\d{2})$/;
const NEVER = new Date("9999-01-01T00:00:00Z"); // in no year of a child: that of a date is always said
const WEEKDAY = /^(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|ma|di|wo|do|vr|za|zo|mo|mi|fr|sa|so)[a-z]*\.? (?=\d)/;

/**
 * Return a date that is past or today as "2014-03-12"; null if the text is none. Where the year is missing, it is the last such day.
 * @param {string} text
 * @param {Date} now
 * @returns {string | null}
 */
export function parseDate(text, now) {
  if (text.length > MAX_LENGTH) return null;
  const today = toInput(now).slice(0, 10), words = withYear(plain(text).replace(WEEKDAY, ""), today);
  if (ISO.test(words)) return existing(words);
  const said = dateIn(words);
  if (said) return said.text === words ? ofDate(said, today) : null;
  const days = dayNamedIn(words) ?? daysAgoIn(words);
  return days === null ? null : addDays(today, days);
}

/**
 * Format a date so that it is read again, in the reader's language: "12 Mar 2014"; other texts as they are.
 * @param {string} value
 */
export const describeDate = (value) => (ISO.test(value) && existing(value) ? formatDate(`${value}T12:00:00Z`, NEVER) : value);

/** Whether a value is a date as the server has it. @param {string} value */
export const isDate = (value) => ISO.test(value) && existing(value) !== null;

/**
 * Write a year of two digits whole: the last one with these digits.
 * @param {string} words @param {string} today
 */
function withYear(words, today) {
  const found = SHORT_YEAR.exec(words);
  if (!found) return words;
  const century = Number(today.slice(0, 2)) - Number(found[2] > today.slice(2, 4));
  return `${found[1]}${century}${found[2]}`;
}

/** @param {{ day: string, month: string, year?: string }} said @param {string} today */
function ofDate({ day, month, year }, today) {
  const of = (/** @type {number | string} */ one) => existing(`${one}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`);
  if (year) return of(year);
  const present = of(today.slice(0, 4));
  return present !== null && present > today ? of(Number(today.slice(0, 4)) - 1) : present;
}

/**
 * Return a date if there is such a day.
 * @param {string} date
 */
function existing(date) {
  const at = new Date(`${date}T12:00:00Z`);
  return !Number.isNaN(Number(at)) && at.toISOString().startsWith(date) ? date : null;
}
