/* Time scale of a timeline: the shown period, its positions in pixels, and its ticks. Pure. */

import { HOUR_MS, MINUTE_MS, clock, date, day, instantsOf, toInput } from "../../core/time.js";
import { nextDate } from "../../core/rules/nights.js";

const DAY_MS = 24 * HOUR_MS;
const SHORTEST_MS = 5 * MINUTE_MS, LONGEST_MS = 400 * DAY_MS;
const FARTHEST_MS = 31 * DAY_MS; // items further from the search do not stretch the view of the whole search
const MARGIN = 0.04; // share of the length that is free at each end
const TICK_PX = 92; // minimum distance between two ticks
const STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720]; // minutes
const STEPS_DAYS = [1, 2, 7, 14, 30, 60];

/** @typedef {{ start: number, end: number }} Span in ms */

/**
 * Return the span of the whole search, with a margin. It ends soon after now, unless an item begins later. The future end of a period
 * does not extend it.
 * @param {Pick<TimelineAnswer, "items" | "missing_since" | "ends_at">} timeline @param {number} now
 * @returns {Span}
 */
export function wholeSpan({ items, missing_since: missingSince, ends_at: endsAt }, now) {
  const missing = Date.parse(missingSince), end = Math.max(endsAt ? Date.parse(endsAt) : now, missing);
  const times = items.flatMap((item) => [item.from, item.known_at, ...(item.until && Date.parse(item.until) < end ? [item.until] : [])]).filter(Boolean).map((at) => Date.parse(/** @type {string} */ (at)));
  const near = times.filter((at) => at > missing - FARTHEST_MS && at < end + FARTHEST_MS);
  const first = near.reduce((least, at) => Math.min(least, at), missing), last = near.reduce((most, at) => Math.max(most, at), end);
  const margin = Math.max(last - first, HOUR_MS) * MARGIN;
  return { start: first - margin, end: last + 2 * margin }; // labels need space at the end
}

/**
 * Return a span of this length with the same end.
 * @param {Span} span @param {number} length
 */
export const lastSpan = ({ end }, length) => ({ start: end - length, end });

/**
 * Return a span that is `factor` times as long. The moment at `share` of the length (0 to 1) keeps its position.
 * @param {Span} span @param {number} factor @param {number} [share]
 * @returns {Span}
 */
export function zoomed({ start, end }, factor, share = 0.5) {
  const length = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (end - start) * factor)), fixed = start + (end - start) * share;
  return { start: fixed - length * share, end: fixed + length * (1 - share) };
}

/**
 * Return a span moved by a share of its length.
 * @param {Span} span @param {number} share
 * @returns {Span}
 */
export const moved = ({ start, end }, share) => ({ start: start + (end - start) * share, end: end + (end - start) * share });

/**
 * Return the times and labels of the ticks of a span that is `width` pixels wide.
 * @param {Span} span @param {number} width
 */
export function ticks(span, width) {
  const msOfTick = ((span.end - span.start) * TICK_PX) / Math.max(width, 1);
  const minutes = STEPS_MIN.find((step) => step * MINUTE_MS >= msOfTick);
  if (minutes) return timesOfDay(span, minutes).map((at) => ({ at, text: isMidnight(at) ? day(new Date(at)) : clock(new Date(at)) }));
  const days = STEPS_DAYS.find((step) => step * DAY_MS >= msOfTick) ?? STEPS_DAYS[STEPS_DAYS.length - 1];
  return midnights(span, days).map((at) => ({ at, text: date(new Date(at)) }));
}

/**
 * Return the times in a span that are multiples of `minutes` by the clock, also across a change to or from summer time.
 * @param {Span} span @param {number} minutes
 */
function timesOfDay({ start, end }, minutes) {
  const step = Math.min(minutes, 60) * MINUTE_MS, times = [];
  for (let at = Math.ceil(start / step) * step; at <= end; at += step) {
    if (minutes <= 60 || hourOf(at) % (minutes / 60) === 0) times.push(at);
  }
  return times;
}

/**
 * Return every midnight in a span, or one in `days`.
 * @param {Span} span @param {number} days
 */
function midnights({ start, end }, days) {
  const times = [];
  for (let date = toInput(new Date(start)).slice(0, 10); ; date = nextDate(date, 1)) {
    const at = Date.parse(instantsOf(`${date}T00:00`)[0]);
    if (!(at <= end)) return times;
    if (at >= start && Math.round(Date.parse(`${date}T00:00Z`) / DAY_MS) % days === 0) times.push(at);
  }
}

/** @param {number} at */
const hourOf = (at) => Number(toInput(new Date(at)).slice(11, 13));
/** @param {number} at */
const isMidnight = (at) => toInput(new Date(at)).endsWith("T00:00");
