/* Sentence about an alarm that nobody has, without a name: for walls and notifications, which others may see, and for all other screens. */

import { t } from "../i18n.js";

/** @param {boolean} [isAssigned] the card that it is about */
export const hasAnybody = (isAssigned) => (isAssigned ? t("assigned, no answer yet") : t("nobody has it yet"));
