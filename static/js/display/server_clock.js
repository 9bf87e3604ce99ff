/* Server time, whatever this machine's clock says: counted on a monotonic clock, so that setting the clock changes nothing. */

import { ClockOffset } from "../core/clock_offset.js";
import { clock, toInput } from "../core/time.js";

const MAX_ERROR_MS = 120_000; // ms that this machine's clock may be off without a warning
const DAY_HOURS = [7, 19]; // hours between which the "day" theme is light

const offset = new ClockOffset();

/**
 * Learn the server's time `iso` from a heartbeat.
 * @param {string} iso
 */
export function syncClock(iso, mono = performance.now()) {
  offset.add(Date.parse(iso) - mono);
}

/** Return the server's time as a Date, or null before the first heartbeat. */
export function serverNow(mono = performance.now()) {
  return offset.ms === null ? null : new Date(mono + offset.ms);
}

/** Return the ms that this machine's clock is ahead of the server's, or 0 if that is tolerable. */
export function clockError(now = serverNow(), wall = Date.now()) {
  const off = now ? wall - Number(now) : 0;
  return Math.abs(off) > MAX_ERROR_MS ? off : 0;
}

/**
 * "22:41" in the server's time zone; "--:--" while the time is unknown.
 * @param {Date | null} now
 */
export const clockText = (now) => clock(now) || "--:--";

/**
 * Return "dark" or "light" for the display's theme.
 * @param {string} theme
 * @param {Date | null} now
 */
export function themeAt(theme, now) {
  if (theme !== "day") return theme;
  const hour = Number(toInput(now).slice(11, 13));
  return hour >= DAY_HOURS[0] && hour < DAY_HOURS[1] ? "light" : "dark";
}
