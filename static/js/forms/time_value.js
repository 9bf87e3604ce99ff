/* Content of a time field. Pure.

   While typing, it is the text with its meaning at that moment: "10 minutes ago" must not become another time in a draft that is
   opened tomorrow. When the field loses focus, it is only the time (ISO in UTC). Defaults may be local ("2026-11-24T15:10"). */

import { instantsOf, toInput } from "../core/time.js";
import { describeTime, readTime } from "./parse_time.js";

/** @typedef {{ text: string, at: string | null, problem?: "gap" }} TypedTime */

const AHEAD = /(^|[._])(until|due|due_at|by)$/; // fields about the future

/**
 * Return the rule for the day of a time without a date.
 * @param {{ path: string, past?: boolean }} field
 * @returns {import("./parse_time.js").Leaning}
 */
export const leaningOf = ({ path, past }) => (past ? "past" : AHEAD.test(path) ? "ahead" : "near");

/**
 * Return the content of the field for a typed text.
 * @param {string} text
 * @param {Date} now
 * @param {import("./parse_time.js").Leaning} leaning
 * @returns {string | TypedTime}
 */
export const typedTime = (text, now, leaning) => (text.trim() ? { text, ...readTime(text, now, leaning) } : "");

/**
 * Return the time as ISO; null if the field is empty, undefined if its text can't be parsed.
 * @param {string | TypedTime} raw
 * @returns {string | null | undefined}
 */
export function timeOf(raw) {
  if (typeof raw !== "string") return raw.at ?? undefined;
  if (!raw.trim()) return null;
  return /Z$/.test(raw) ? raw : instantsOf(raw)[0];
}

/** @param {string | TypedTime} raw */
export const problemOf = (raw) => (typeof raw === "string" ? undefined : raw.problem);

/**
 * Return the text of the control: as typed, or the time in the reader's language.
 * @param {string | TypedTime} raw
 * @param {Date} now
 */
export const textOf = (raw, now) => (typeof raw === "string" ? describeTime(timeOf(raw) ?? null, now) : raw.text);

/**
 * Return true if two contents are the same minute: the control shows no seconds.
 * @param {any} one
 * @param {any} other
 */
export const isSameTime = (one, other) => typeof one === "string" && typeof other === "string" && toInput(timeOf(one)) === toInput(timeOf(other));
