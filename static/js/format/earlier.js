/** Texts of a child's earlier disappearances; board/config/earlier_disappearances.py is the equivalent for paper. */
import { n, p } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";
import { date as formatDate } from "../core/time.js";

/** @typedef {NonNullable<SearchState["earlier"]>} Earlier */
/** @typedef {Partial<Earlier[string]>} EarlierItem */

/**
 * Return keys and items in order of date; items without a date are first.
 * @param {Record<string, EarlierItem | null> | null | undefined} earlier
 * @returns {[string, EarlierItem][]}
 */
export function inOrder(earlier) {
  const items = /** @type {[string, EarlierItem][]} */ (Object.entries(earlier ?? {}).filter(([, item]) => item));
  return items.sort(([key, a], [other, b]) => compare(a.date ?? "", b.date ?? "") || compare(key, other));
}

/** @param {string} a @param {string} b */
const compare = (a, b) => (a < b ? -1 : Number(a > b));

/**
 * "2 Mar 2024 · 3 days · found: Gent · DEMO-31"
 * @param {EarlierItem} item
 */
export function earlierText({ date, days, place, reference, note }) {
  const parts = [
    date && formatDate(`${date}T12:00:00Z`),
    days === null || days === undefined ? null : n("{count} day", "{count} days", days),
    place && say("found_place", { place }), reference, note,
  ];
  return parts.filter(Boolean).join(" · ");
}

/**
 * "3rd time": number of the current disappearance; null for the first.
 * @param {Earlier | null | undefined} earlier
 */
export function timesText(earlier) {
  const number = inOrder(earlier).length + 1;
  return number > 1 ? ORDINALS[ordinalSuffix(number)](number) : null;
}

/** @type {Record<string, (number: number) => string>} */
const ORDINALS = {
  st: (number) => p("1st, 21st: how often a child is missing", "{number}st time", { number }),
  nd: (number) => p("2nd, 22nd: how often a child is missing", "{number}nd time", { number }),
  rd: (number) => p("3rd, 23rd: how often a child is missing", "{number}rd time", { number }),
  th: (number) => p("4th, 11th: how often a child is missing", "{number}th time", { number }),
};

/** @param {number} number */
function ordinalSuffix(number) {
  const last = number % 100 > 10 && number % 100 < 14 ? 0 : number % 10;
  return ["th", "st", "nd", "rd"][last] ?? "th";
}
