/* What a time field holds while it is edited. Pure.

   The text as it was typed, with its meaning at that moment: "10 minutes ago" must not become another time in a draft that is read
   tomorrow. Once the field is left, the time alone (ISO in UTC). Defaults may be local ("2026-11-24T15:10"). */

import { instantsOf, toInput } from "../core/time.js";
import { describeTime, readTime } from "./parse_time.js";

/** @typedef {{ text: string, at: string | null, problem?: "gap" }} TypedTime */

const AHEAD = /(^|[._])(until|due|due_at|by)$/; // fields about what is to come

/**
 * Return which day a time of day without one is of.
 * @param {{ path: string, past?: boolean }} field
 * @returns {import("./parse_time.js").Leaning}
 */
export const leaningOf = ({ path, past }) => (past ? "past" : AHEAD.test(path) ? "ahead" : "near");

/**
 * Return what the field holds after a text was typed.
 * @param {string} text
 * @param {Date} now
 * @param {import("./parse_time.js").Leaning} leaning
 * @returns {string | TypedTime}
 */
export const typedTime = (text, now, leaning) => (text.trim() ? { text, ...readTime(text, now, leaning) } : "");

/**
 * Return the time as ISO; null if the field is empty, undefined if its text can't be read.
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
 * Return the text of the control: as typed, else in the reader's language.
 * @param {string | TypedTime} raw
 * @param {Date} now
 */
export const textOf = (raw, now) => (typeof raw === "string" ? describeTime(timeOf(raw) ?? null, now) : raw.text);

/**
 * Return whether two contents are the same time, to the minute: a control shows no more.
 * @param {any} one
 * @param {any} other
 */
export const isSameTime = (one, other) => typeof one === "string" && typeof other === "string" && toInput(timeOf(one)) === toInput(timeOf(other));
