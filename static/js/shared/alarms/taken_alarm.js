/* Alarm that was just taken, in the watch line or next to another alarm: its name, its owner, a link, other times, and undo. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { p, t } from "../../core/i18n.js";
import { prefix, storage } from "../../core/storage/storage.js";
import { clockWithSeconds, serverNow } from "../../core/time.js";
import { alarmUrl, namedAlarm, waitText, whoseAlarm } from "../../format/alarm_text.js";
import { whoHasIt } from "../../format/ownership.js";
import { OFFERED_MIN, untilIn } from "../../format/promise.js";
import { formatUntil } from "../../format/time_elements.js";

const MAX_DISMISSED = 20;

/**
 * @param {Alarm} alarm
 * @param {TakenAlarmView} view
 * @returns {WatchAlarm}
 */
export function takenAlarm(alarm, view) {
  const isMine = alarm.taken_by?.id === view.me;
  return {
    tone: "alarm-taken",
    main: html`<div class="alarm-taken ${view.isFresh(alarm.id) ? "fresh" : ""}" data-alarm=${alarm.id} data-testid="alarm-taken">${CHECK}<a class="text" href=${alarmUrl(alarm)}><b data-testid="owner">${whoHasIt(alarm, view.me)}</b>
        <span class="detail long">${takenText(alarm)}</span><span class="detail short" aria-hidden="true">${t("{child}, after {length}", takenValues(alarm))}</span></a>
      ${isMine ? offers(alarm, view) : html`<span class="stays">${t("shown for a minute")}</span>`}
      <a class="button open ${isMine ? "own" : ""}" href=${alarmUrl(alarm)}>${p("go to the card", "Open")}</a>
      ${isMine ? html`${undoButton(alarm, view)}<button type="button" data-act="hand-on-alarm" @click=${() => view.handOn(alarm)}>${t("Hand on…")}</button>` : nothing}
      <button type="button" class="plain" data-act="dismiss-alarm" @click=${() => view.dismiss(alarm.id)}>${t("OK")}</button></div>`,
    ...(isMine && { more: takenMore(alarm, view), label: t("More about this alarm") }),
  };
}

/**
 * Details that do not fit into a narrow line.
 * @param {Alarm} alarm @param {TakenAlarmView} view
 */
const takenMore = (alarm, view) => html`<li class="alarm-more" data-testid="alarm-taken-more"><p>${takenText(alarm)}</p>
    <p class="buttons">${offers(alarm, view)}</p>
    <p class="buttons">${undoButton(alarm, view)}<button type="button" data-act="hand-on-alarm" @click=${() => view.handOn(alarm)}>${t("Hand on…")}</button></p></li>`;

/** @param {Alarm} alarm @param {TakenAlarmView} view */
export const takenListed = (alarm, view) => html`<li data-alarm=${alarm.id} data-testid="alarm-taken-listed"><p><b data-testid="owner">${whoHasIt(alarm, view.me)}</b>\u00a0· <a href=${alarmUrl(alarm)}>${takenText(alarm)}</a></p>
    ${alarm.taken_by?.id === view.me ? html`<p class="buttons">${undoButton(alarm, view)}</p>` : nothing}</li>`;

/**
 * Buttons that choose another end of the promise.
 * @param {Alarm} alarm @param {TakenAlarmView} view
 */
export function offers(alarm, view) {
  const from = new Date(alarm.taken_at ?? serverNow());
  return html`<span class="until-choice"><span>${p("before times to choose", "until")}</span>${OFFERED_MIN.map((minutes) => {
    const until = untilIn(minutes, from), time = formatUntil(until), isChosen = formatUntil(alarm.until ?? "") === time;
    return html`<button type="button" data-act="promise" data-minutes=${minutes} aria-pressed=${isChosen} title=${t("Promise it until {time}", { time })} @click=${() => view.promise(alarm, until)}>${time}</button>`;
  })}<button type="button" data-act="promise-other" title=${t("Choose another time")} @click=${() => view.choose(alarm)}>${t("other…")}</button></span>`;
}

/** Render the undo button; none for an alarm that passed on with the shift, because nobody took it. @param {Alarm} alarm @param {TakenAlarmView} view */
const undoButton = (alarm, view) => (alarm.handover ? nothing : html`<button type="button" data-act="undo-take" @click=${() => view.undo(alarm)}>${t("Undo")}</button>`);

/** @param {Alarm} alarm */
const takenValues = (alarm) => ({
  child: whoseAlarm(alarm), what: namedAlarm(alarm), at: clockWithSeconds(alarm.taken_at), length: waitText(alarm),
});

/** @param {Alarm} alarm */
export const takenText = (alarm) => t("{child}: {what}, taken at {at} after {length}", takenValues(alarm));

/** Return the ids of alarms that the person has dismissed. @returns {string[]} */
export const dismissedIds = () => storage.read(dismissedKey()) ?? [];

/** @param {string} id */
export const dismiss = (id) => storage.write(dismissedKey(), [...dismissedIds(), id].slice(-MAX_DISMISSED));

const dismissedKey = () => `${prefix()}alarms-dismissed`;

const CHECK = html`<svg class="ic check" viewBox="0 0 16 16" aria-hidden="true"><path d="m3 8.500 3.200 3.300L13 4.600"/></svg>`;
