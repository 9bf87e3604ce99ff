/* Reminder in the watch line that a promise of this person ends soon. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { p, t } from "../../core/i18n.js";
import { runningTime, serverNow } from "../../core/time.js";
import { alarmUrl, namedAlarm, whoseAlarm } from "../../format/alarm_text.js";
import { untilIn } from "../../format/promise.js";
import { formatUntil } from "../../format/time_elements.js";
import { announce } from "../announcer.js";

const MORE_MIN = [10, 30]; // minutes offered as an extension

const reminded = new Set(); // announced ends of promises, as "id until"

/**
 * Announce once that a promise ends soon.
 * @param {Alarm} alarm
 */
export function remind(alarm) {
  const key = `${alarm.id} ${alarm.until}`;
  if (reminded.has(key)) return;
  reminded.add(key);
  announce(t("Your promise ends at {time}: {what}, {child}", { time: formatUntil(alarm.until ?? ""), what: namedAlarm(alarm), child: whoseAlarm(alarm) }));
}

/**
 * @param {Alarm} alarm
 * @param {TakenAlarmView} view
 * @returns {WatchAlarm}
 */
export function reminder(alarm, view) {
  const more = moreTime((minutes) => view.promise(alarm, untilIn(minutes, serverNow())), () => view.choose(alarm));
  return {
    tone: "promise-due",
    main: html`<div class="promise-due" data-alarm=${alarm.id} data-testid="promise-due"><span class="alarm-mark">${CLOCK}<span class="rule">${t("Your promise ends")}</span></span>
      <b class="left" role="timer">${leftText(alarm)}</b>
      <a class="what" href=${alarmUrl(alarm)}><b><bdi>${whoseAlarm(alarm)}</bdi></b> <span class="detail">${namedAlarm(alarm)}</span></a>
      ${more}
      <button type="button" data-act="hand-on-alarm" @click=${() => view.handOn(alarm)}>${t("Hand on…")}</button>
      <a class="button primary open" href=${alarmUrl(alarm)}>${p("go to the card", "Open")}</a></div>`,
    more: html`<li class="alarm-more" data-testid="promise-due-more"><p><b>${namedAlarm(alarm)}</b>\u00a0· ${whoseAlarm(alarm)}</p>
      <p class="buttons">${more} <button type="button" data-act="hand-on-alarm" @click=${() => view.handOn(alarm)}>${t("Hand on…")}</button></p></li>`,
    label: t("More about this alarm"),
  };
}

/**
 * Render the buttons that extend a promise or a due time.
 * @param {(minutes: number) => void} extend @param {() => void} choose asks for any other time
 */
export const moreTime = (extend, choose) => html`<span class="until-choice">${MORE_MIN.map((minutes) => html`<button type="button" data-act="more-time" data-minutes=${minutes} @click=${() => extend(minutes)}>${t("+ {minutes} min", { minutes })}</button>`)}
  <button type="button" data-act="promise-other" title=${t("Choose another time")} @click=${choose}>${t("other…")}</button></span>`;

/**
 * "1 min", "42 s": remaining time of a promise.
 * @param {Alarm} alarm
 */
const leftText = ({ until }) => runningTime(serverNow(), new Date(until ?? 0));

export const CLOCK = html`<svg class="ic" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6.500"/><path d="M8 4.500V8l2.500 1.500"/></svg>`;
