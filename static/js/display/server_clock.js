/* What time it is: the server's, whatever the clock of this machine says. Counted on by the clock that cannot be set, so that a
   screen whose clock jumps by hours goes on with the right time. */

import { ClockOffset } from "../core/clock_offset.js";
import { clock, toInput } from "../core/time.js";

const WRONG = 120_000;        // ms by which the clock of this machine may be off before it is said
const DAY = [7, 19];          // by day the screen is light, from the first of these hours to the second

const offset = new ClockOffset();

/** A heartbeat said that it is `iso` at the server. */
export function syncClock(iso, mono = performance.now()) {
  offset.add(Date.parse(iso) - mono);
}

/** -> Date, or null while no heartbeat has told it */
export function serverNow(mono = performance.now()) {
  return offset.ms === null ? null : new Date(mono + offset.ms);
}

/** ms by which the clock of this machine is ahead of the server's, where that is too much; else 0. */
export function clockError(now = serverNow(), wall = Date.now()) {
  const off = now ? wall - now : 0;
  return Math.abs(off) > WRONG ? off : 0;
}

/** "22:41" at the server, in its zone; "--:--" while that is not known. */
export const clockText = (now) => clock(now) || "--:--";

/** theme: of the display; -> "dark" | "light" */
export function themeAt(theme, now) {
  if (theme !== "day") return theme;
  const hour = Number(toInput(now).slice(11, 13));
  return hour >= DAY[0] && hour < DAY[1] ? "light" : "dark";
}
