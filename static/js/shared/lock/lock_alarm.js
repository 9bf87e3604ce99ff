/** Alarm that a person at a locked screen can take: a proof of identity unlocks the screen and takes the alarm. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { namedAlarm, whoseAlarm } from "../../format/alarm_text.js";

export const TAKE = "take"; // value of the button that also takes the alarm

/**
 * @param {Alarm | null} alarm
 * @param {boolean} canUnlock whether this account has a way to unlock the screen
 */
export const lockAlarm = (alarm, canUnlock) => (alarm ? html`<p class="lock-alarm" data-testid="lock-alarm">
  <b>${namedAlarm(alarm)}</b> <bdi>${whoseAlarm(alarm)}</bdi> <span>${canUnlock ? t("Taking it unlocks this screen.") : t("To take it, sign in again.")}</span></p>` : nothing);
