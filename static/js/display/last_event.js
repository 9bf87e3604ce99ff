/* Last significant event of a search, in the same words in rows, on cards and on its own board; and the time and place of the last sighting.
   Each time is labelled, because the time of a sighting would be ambiguous. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { p } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";
import { clock, committedAt, date, dayAndClock } from "../core/time.js";
import { assessmentText, shortEventText } from "./significant_events.js";

const WEEK_MS = 6 * 24 * 3_600_000; // within this time, a weekday identifies the day
const STATES = ["sighting.assessed", "sighting.added"]; // events after which a state lasts; the child was seen earlier

/**
 * Draw "Credible since 06:40" or "Opened 11:41".
 * @param {SignificantEvent | null} event
 * @param {Date | null} now
 */
export function lastEvent(event, now) {
  if (!event) return nothing;
  // translators: on a wall, before a time, as in "Credible since 06:40"
  const since = STATES.includes(event.type) ? `${p("on a wall, before a time", "since")} ` : "";
  return html`<span class="event"><b>${shortEventText(event)}</b> <time>${since}${timeElement(committedAt(event), now)}</time></span>`;
}

/**
 * Draw "Confirmed, seen 05:05 Veldstraat", in inner rooms; nothing if there is none, or if this display may not know it.
 * @param {Summary["credible_sighting"] | undefined} sighting
 * @param {Date | null} now
 */
export function seenLast(sighting, now) {
  if (!sighting) return nothing;
  const { assessment, seen_at: at, place } = sighting;
  return html`<span class="seen"><b>${assessmentText(assessment)}</b>${at ? html` <time>${seenAt(at, now)}</time>` : nothing}</span>${place ? html`<span class="where">${place}</span>` : nothing}`;
}

/**
 * "seen 05:05"
 * @param {string} at
 * @param {Date | null} now
 */
export const seenAt = (at, now) => say("seen", { at: shortTime(at, now) });

/**
 * "22:39" today, "Wed 22:10" within a week, "24 Nov" on other days.
 * @param {string} at
 * @param {Date | null} now
 */
export function shortTime(at, now) {
  if (!now || date(at, now) === date(now, now)) return clock(at);
  return Math.abs(Number(now) - Date.parse(at)) < WEEK_MS ? dayAndClock(at) : date(at, now);
}

/**
 * Draw `shortTime`, so that the hour of another day can be hidden.
 * @param {string} at
 * @param {Date | null} now
 */
function timeElement(at, now) {
  const [when, hour] = [shortTime(at, now), clock(at)];
  return when.length > hour.length && when.endsWith(hour) ? html`${when.slice(0, -hour.length)}<span class="hour">${hour}</span>` : when;
}
