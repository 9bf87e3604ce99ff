/* Clock and theme of a display, by the server's time instead of this machine's clock. */

import { clock, steadyServerNow, toInput } from "../core/time.js";

const MAX_ERROR_MS = 120_000; // larger errors of this machine's clock show a warning
const DAY_HOURS = [7, 19]; // the "day" theme is light between these hours

/** Return the ms by which this machine's clock is ahead of the server's, or 0 if the error is tolerable. */
export function clockError(now = steadyServerNow(), wall = Date.now()) {
  const aheadMs = now ? wall - Number(now) : 0;
  return Math.abs(aheadMs) > MAX_ERROR_MS ? aheadMs : 0;
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
