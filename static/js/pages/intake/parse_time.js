/* Times as people say them: "now", "10 minutes ago", "14:30", "yesterday 22:00". All four languages at once: operator and
   caller may speak different ones. Pure. */

import { fromInput, toInput } from "../../core/time.js";

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const NOW = /^(now|just now|maintenant|nu|net|zonet|jetzt|gerade)$/;
const AGO = /^(?:-|il y a|vor|voor)|\b(?:ago|geleden|plus tôt|her)$/;

/** @type {[RegExp, number][]} */
const UNITS = [
  [/(?<!\d)(\d+)\s*(?:m|min|minute|minutes|minuut|minuten)\b/, MINUTE],
  [/(?<!\d)(\d+)\s*(?:h|hour|hours|heure|heures|u|uur|uren|std|stunde|stunden)\b/, HOUR],
  [/(?<!\d)(\d+)\s*(?:d|day|days|j|jour|jours|dag|dagen|tag|tage|tagen)\b/, DAY],
];
const YESTERDAY = /\b(?:yesterday|hier|gisteren|gestern)\b/;
const TODAY = /\b(?:today|aujourd.hui|vandaag|heute)\b/;
const TIME = /\b(\d{1,2})\s*(?::|\.|heures?|uur|uhr|h|u)\s*(\d{2})?(?!\w)/;
const DATE = /\b(\d{1,2})[/-](\d{1,2})\b/;
const MAX_AHEAD_MS = 5 * MINUTE; // tolerance for a fast clock; a later time of day means yesterday

/**
 * Return the time as ISO, or null if it cannot be read.
 * @param {any} now Date
 * @param {string} text
 */
export function parseTime(text, now) {
  const describeTime = text.trim().toLowerCase();
  if (NOW.test(describeTime)) return now.toISOString();
  return ago(describeTime, now) ?? clockTime(describeTime, now);
}

/**
 * Format a time so that it parses again: "24/11 22:34".
 * @param {string} iso
 */
export function describeTime(iso) {
  const [, month, day, clock] = /^\d+-(\d+)-(\d+)T(.*)$/.exec(toInput(iso)) ?? [];
  return day ? `${day}/${month} ${clock}` : "";
}

/** @param {string} words @param {Date} now */
function ago(words, now) {
  const minutesAlone = /^\d+\s*(?:m|min|minute|minutes|minuut|minuten)$/.test(words);
  if (!AGO.test(words) && !minutesAlone) return null;
  let length = 0, read = false;
  for (const [pattern, unit] of UNITS) {
    const found = pattern.exec(words);
    if (found) (length += Number(found[1]) * unit), (read = true);
  }
  return read ? dated(Number(now) - length) : null;
}

/** @param {string} words @param {Date} now */
function clockTime(words, now) {
  const date = DATE.exec(words);
  const time = TIME.exec(date ? words.replace(date[0], " ") : words);
  if (!time) return null;
  const [, hours, minutes = "00"] = time;
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  const today = toInput(now).slice(0, 10);
  const clock = `${hours.padStart(2, "0")}:${minutes}`;
  if (date) return ofDay(date, clock, today, now);
  const at = fromInput(`${YESTERDAY.test(words) ? before(today) : today}T${clock}`);
  if (TODAY.test(words) || YESTERDAY.test(words) || Date.parse(at ?? "") <= now.getTime() + MAX_AHEAD_MS) return at;
  return fromInput(`${before(today)}T${clock}`);
}

/** @param {string[]} date @param {string} clock @param {string} today @param {Date} now */
function ofDay([, day, month], clock, today, now) {
  const of = (/** @type {number} */ year) => fromInput(`${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}T${clock}`);
  const year = Number(today.slice(0, 4));
  const at = of(year);
  return at !== null && Date.parse(at) > now.getTime() + MAX_AHEAD_MS ? of(year - 1) : at;
}

// Noon is safe on days of 23 or 25 hours.
/** @param {any} day */
const before = (day) => new Date(Date.parse(`${day}T12:00:00Z`) - DAY).toISOString().slice(0, 10);

/** @param {number} ms */
const dated = (ms) => (Number.isFinite(ms) && Math.abs(ms) < 8e15 ? new Date(ms).toISOString() : null);
