/* Sentence about an alarm that nobody has. It contains no name, because walls and notifications are public. */

import { t } from "../i18n.js";
import { say } from "./sentences.js";

/**
 * "assigned, alarm not answered" or, without an assignee or after a promise lapsed, "nobody has it".
 * @param {boolean} [isAssigned] true if the card of the alarm is assigned
 * @param {boolean} [isLapsed] true if nobody has taken it again since a promise lapsed
 */
export function untakenText(isAssigned, isLapsed = false) {
  return isAssigned && !isLapsed ? t("assigned, alarm not answered") : say("nobody_has_it");
}
