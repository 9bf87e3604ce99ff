/* Alarms that this person has: a fact in the watch line, which opens their list, and a reminder before a promise ends. */

import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { Dialogs, dialog } from "../../behaviours/dialog.js";
import { n, p, t } from "../../core/i18n.js";
import { runningTime, serverNow } from "../../core/time.js";
import { alarmDetail, alarmUrl, namedAlarm, whoseAlarm } from "../../format/alarm_text.js";
import { untilIn } from "../../format/promise.js";
import { formatUntil } from "../../format/time_elements.js";
import { announce } from "../announcer.js";

const MORE_MIN = [10, 30]; // offered as more time

/**
 * Draw the reminder that a promise ends soon.
 * @param {Alarm} alarm
 * @param {TakenAlarmView} view
 * @returns {WatchAlarm}
 */
export function reminder(alarm, view) {
  return {
    tone: "promise-due",
    main: html`<div class="promise-due" data-alarm=${alarm.id} data-testid="promise-due"><span class="alarm-mark">${CLOCK}<span class="rule">${t("Your promise ends")}</span></span>
      <b class="left" role="timer">${leftText(alarm)}</b>
      <a class="what" href=${alarmUrl(alarm)}><b><bdi>${whoseAlarm(alarm)}</bdi></b> <span class="detail">${namedAlarm(alarm)}</span></a>
      ${moreTime(alarm, view)}
      <button type="button" data-act="hand-on-alarm" @click=${() => view.handOn(alarm)}>${t("Hand on…")}</button>
      <a class="button primary open" href=${alarmUrl(alarm)}>${p("go to the card", "Open")}</a></div>`,
    more: html`<li class="alarm-more" data-testid="promise-due-more"><p><b>${namedAlarm(alarm)}</b>\u00a0· ${whoseAlarm(alarm)}</p>
      <p class="buttons">${moreTime(alarm, view)} <button type="button" data-act="hand-on-alarm" @click=${() => view.handOn(alarm)}>${t("Hand on…")}</button></p></li>`,
    label: t("More about this alarm"),
  };
}

/**
 * "1 min", "42 s": remaining time of a promise.
 * @param {Alarm} alarm
 */
const leftText = ({ until }) => runningTime(serverNow(), new Date(until ?? 0));

/** @param {Alarm} alarm @param {TakenAlarmView} view */
const moreTime = (alarm, view) => html`<span class="until-choice">${MORE_MIN.map((minutes) => html`<button type="button" data-act="more-time" data-minutes=${minutes} @click=${() => view.promise(alarm, untilIn(minutes, serverNow()))}>${t("+ {minutes} min", { minutes })}</button>`)}
  <button type="button" data-act="promise-other" title=${t("Choose another time")} @click=${() => view.choose(alarm)}>${t("other…")}</button></span>`;

export class HeldAlarms {
  #view;
  #root = document.body.appendChild(document.createElement("div"));
  #dialogs = new Dialogs(this.#root);
  #isShown = false;
  /** @type {Alarm[]} */ #held = [];
  #reminded = new Set(); // announced ends of promises, as "id until"

  /** @param {() => TakenAlarmView} view */
  constructor(view) {
    this.#view = view;
  }

  /**
   * Set the alarms that this person has, and return the fact for the watch line.
   * @param {Alarm[]} held sorted by the ends of their promises
   */
  fact(held) {
    this.#held = held;
    if (this.#isShown && !held.length) this.#close();
    else if (this.#isShown) this.#draw();
    const [first] = held;
    if (!first) return nothing;
    const what = namedAlarm(first), child = whoseAlarm(first), time = formatUntil(first.until ?? "");
    const said = held.length > 1 ? n("You have {count} · next {time}: {what}, {child}", "You have {count} · next {time}: {what}, {child}", held.length, { time, what, child }) : t("You have {what}, {child}, until {time}", { what, child, time });
    return html`<button type="button" class="plain mine" data-act="held-alarms" data-testid="held-alarms" @click=${this.show}>${CLOCK}<span>${said}</span></button>`;
  }

  /** @param {Alarm} alarm */
  remind(alarm) {
    const key = `${alarm.id} ${alarm.until}`;
    if (this.#reminded.has(key)) return;
    this.#reminded.add(key);
    announce(t("Your promise ends at {time}: {what}, {child}", { time: formatUntil(alarm.until ?? ""), what: namedAlarm(alarm), child: whoseAlarm(alarm) }));
  }

  show = () => {
    this.#isShown = true;
    this.#draw();
  };

  #close = () => {
    this.#isShown = false;
    this.#draw();
  };

  #draw() {
    const count = this.#held.length;
    const title = n("You have {count}", "You have {count}", count);
    render(this.#isShown ? dialog("held-alarms", title, this.#body(), this.#close) : nothing, this.#root);
    this.#dialogs.settle();
  }

  #body() {
    const view = this.#view();
    const close = (/** @type {(alarm: Alarm) => void} */ then, /** @type {Alarm} */ alarm) => () => {
      this.#close();
      then(alarm);
    };
    return html`<ul class="held-alarms">${this.#held.map((alarm) => html`<li data-alarm=${alarm.id}><b class="until">${formatUntil(alarm.until ?? "")}</b>
        <span><a href=${alarmUrl(alarm)}><b><bdi>${whoseAlarm(alarm)}</bdi></b> · ${namedAlarm(alarm)}</a><br /><span class="quiet">${alarmDetail(alarm)}</span></span>
        <span class="buttons">${moreTime(alarm, { ...view, choose: (one) => close(view.choose, one)() })}<button type="button" data-act="hand-on-alarm" @click=${close(view.handOn, alarm)}>${t("Hand on…")}</button>
          <button type="button" data-act="give-back" @click=${() => view.giveBack(alarm)}>${t("Give back")}</button></span></li>`)}</ul>
      <p class="hint">${t("An item ends automatically when its work is done. When its time is up, it reopens and asks you first. “Give back” asks the others immediately.")}</p>`;
  }
}

const CLOCK = html`<svg class="ic" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6.500"/><path d="M8 4.500V8l2.500 1.500"/></svg>`;
