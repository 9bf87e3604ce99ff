/* Sentence about an alarm that nobody has taken. It contains no name, because walls and notifications are public. */

import { t } from "../i18n.js";
import { say } from "./sentences.js";

/** @param {boolean} [isAssigned] true if the card of the alarm is assigned */
export const untakenText = (isAssigned) => (isAssigned ? t("assigned, no answer yet") : say("nobody_has_it"));
