/* Durations, exact to the second below an hour. board/config/lengths.py has the same rule. */

import { say, withColon } from "../core/rules/sentences.js";

/**
 * "0 min", "12 s", "3 min 12 s", "4 min", "1 h 52 min"
 * @param {number} seconds
 */
export function exactLength(seconds) {
  const minutes = Math.floor(seconds / 60), rest = seconds % 60;
  if (minutes >= 60) return say("hours_minutes", { hours: Math.floor(minutes / 60), minutes: String(minutes % 60).padStart(2, "0") });
  if (rest === 0) return say("minutes", { minutes });
  return minutes ? say("minutes_seconds", { minutes, seconds: rest }) : say("seconds", { seconds: rest });
}

/**
 * Like exactLength, without a line break.
 * @param {number} seconds
 */
export const shownLength = (seconds) => exactLength(seconds).replaceAll(" ", "\u00a0");

/**
 * "Unwatched time of grave alarms, added up: 4 min (Mila B., 6 · Urgent sighting 4: 4 min). […] Longest wait: 3 min 12 s (Mila B., 6 · Urgent
 * sighting 4).": the line of the watch in a signed handover.
 * @param {{ unwatched_s: number, longest_taken_s: number | null }} line
 * @param {[string, number][]} [addends] alarms, with their unwatched seconds
 * @param {string | null} [waited] alarm of the longest wait
 */
export function watchLineText({ unwatched_s: unwatched, longest_taken_s: longest }, addends = [], waited = null) {
  const parts = addends.map(([name, seconds]) => `${withColon(name)} ${exactLength(seconds)}`).join(say("separator"));
  const values = { unwatched: parts ? `${exactLength(unwatched)} (${parts})` : exactLength(unwatched) };
  if (longest === null) return say("watch_line_empty", values);
  return say("watch_line", { ...values, longest: waited ? `${exactLength(longest)} (${waited})` : exactLength(longest) });
}
