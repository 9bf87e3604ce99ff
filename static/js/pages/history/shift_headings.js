/** Headings of a history: shifts, or days before the first shift. */

import { t } from "../../core/i18n.js";
import { accountName } from "../../format/values.js";
import { clock, day } from "../../core/time.js";
import { formatMoment } from "../../format/time_elements.js";

/**
 * Return {key, shift} or {key, day}, the heading of an event at this time.
 * @param {any} at
 * @param {any} shifts
 */
export function groupOf(at, shifts) {
  const shift = shifts.at(at);
  return shift ? { key: `shift ${shift.number} ${shift.since}`, shift } : { key: day(at), day: at };
}

/**
 * "Shift 12: Alice, from Tue 24 Nov 22:00 to 06:00"
 * @param {{ shift: any, day: any }} given
 * @param {{ session: Session }} given
 */
export function shiftHeading({ shift, day: date }, { session }) {
  if (!shift) return day(date);
  const { number, since, until } = shift;
  const name = accountName(session, shift.holder), from = formatMoment(since);
  if (!until) return t("Shift {number}: {name}, since {from}", { number, name, from });
  return t("Shift {number}: {name}, from {from} to {until}", { number, name, from, until: day(since) === day(until) ? clock(until) : formatMoment(until) });
}
