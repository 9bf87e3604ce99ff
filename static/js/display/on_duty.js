/* People on duty, in the header of a display. Pure, except for the language. */

import { t } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";

const MAX_NAMES = 4;

/**
 * "On duty: Alice, Bob", or who is in charge of the shift if nobody is on duty.
 * @param {Pick<ShiftFrame, "shift"> & Partial<Pick<ShiftFrame, "duties">>} status with first names; of an older server, without duties
 */
export function onDuty({ shift, duties = [] }) {
  const names = duties.map(({ name }) => name), more = names.length - MAX_NAMES;
  if (names.length) return t("On duty: {names}", { names: [...names.slice(0, MAX_NAMES), ...(more > 0 ? [`+${more}`] : [])].join(", ") });
  return shift ? t("Shift: {name}", { name: shift.name }) : say("no_shift");
}
