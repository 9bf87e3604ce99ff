/**
 * Time elements. Running ones (`data-since`, `data-ago`, `data-due`) are rendered empty: behaviours/relative_times.js fills them once a
 * second, without a redraw.
 */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { clock, dayAndClock, HOUR_MS, moment, serverNow } from "../core/time.js";
import { t } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";
import { seenWhen } from "./agreement.js";

// Formatting takes about 5 µs per part of a date, and each draw needs the same few hundred texts.
const CACHE_TTL_MS = 60_000;
let cache = { until: 0, texts: new Map() };

const NEAR_MS = 12 * HOUR_MS; // within this time a clock needs no day
const WEEK_MS = 6 * 86_400_000; // within this time the weekday identifies the day

/**
 * "22:34" today, "Tue 24 Nov 22:34" on other days, "" for null.
 * @param {string} iso
 */
export const formatMoment = (iso) => cached(iso, "long", moment);

/**
 * "22:34" today, "Tue 22:34" within a week: for narrow places.
 * @param {string} iso
 */
export const formatShortMoment = (iso) => cached(iso, "short", shorten);

/**
 * "22:34" within half a day, also after midnight, otherwise like formatShortMoment. For the end of a promise.
 * @param {string} iso
 */
export const formatUntil = (iso) => (iso && Math.abs(Date.parse(iso) - Number(serverNow())) < NEAR_MS ? clock(iso) : formatShortMoment(iso));

/** @param {string} iso */
function shorten(iso) {
  const long = moment(iso);
  const age = Number(serverNow()) - Number(new Date(iso));
  return long.includes(" ") && age > 0 && age < WEEK_MS ? dayAndClock(iso) : long;
}

/** @param {string} iso @param {any} form @param {any} write */
function cached(iso, form, write) {
  if (!iso) return "";
  if (Date.now() > cache.until) cache = { until: Date.now() + CACHE_TTL_MS, texts: new Map() };
  const key = form + iso.slice(0, 16); // the texts show minutes
  if (!cache.texts.has(key)) cache.texts.set(key, write(iso));
  return cache.texts.get(key);
}

const CLOCK_DIFFERENCE_MS = 60_000; // a smaller difference is invisible in hours and minutes

/**
 * Render the time of the commit by the clock if the journal was ahead of the clock.
 * @param {{ at: any, clock?: any }} event
 */
export function clockNote({ at, clock }) {
  if (!clock || Number(new Date(at)) - Number(new Date(clock)) < CLOCK_DIFFERENCE_MS) return nothing;
  return html` <span class="late" data-testid="by-clock" title=${t("The server’s clock was behind. Times in a history never go back.")}>${say("clock_time", { at: formatMoment(clock) })}</span>`;
}

/**
 * "seen 09:00", or "reported 09:23, time unknown" if only the later time of the report is known.
 * @param {Record<string, any>} sighting
 * @param {(at: any) => string} [write] formatter of the time
 * @param {string | null} [sex] sex of the child, if known
 */
export const seenText = ({ seen_at: seen, received_at: received }, write = formatMoment, sex = null) =>
  seen ? seenWhen(write(seen), sex) : say("reported", { at: write(received) });

/**
 * Return the time of a card in a handover report; for a note, the time of its subject.
 * @param {{ kind: string, at: any, seen_at: any }} card
 * @param {string | null} [sex] sex of the child, if known
 */
export const cardTime = ({ kind, at, seen_at: seen }, sex = null) => (kind === "sighting" && at ? seenText({ seen_at: seen, received_at: at }, formatMoment, sex) : formatMoment(at));

/** @param {string} iso */
export const timeElement = (iso) => html`<time datetime=${iso}>${formatMoment(iso)}</time>`;

/** @param {string} iso */
export const shortTimeElement = (iso) => html`<time datetime=${iso}>${formatShortMoment(iso)}</time>`;

/** @param {string} iso */
export const sinceElement = (iso) => html`<time class="since" datetime=${iso} data-since=${iso}></time>`;

/**
 * Render the age of a time; nothing for an unknown time.
 * @param {string | null} iso
 */
export const agoElement = (iso) => (iso ? html`<time datetime=${iso} data-ago=${iso}></time>` : nothing);

/** Render "in 19 min", then "42 min overdue". @param {string} iso */
export const latenessElement = (iso) => html`<time datetime=${iso} data-lateness=${iso}></time>`;

/** @param {string} iso */
export const dueElement = (iso) => html`<time class="due" datetime=${iso} data-due=${iso}></time>`;
