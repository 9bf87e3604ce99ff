/* Alarms in the watch line of every page: the open alarm, its age, its next recipient, and the buttons that take it or hand it on. An
   alarm that this person has just taken stays for some seconds, with undo. If the state is unknown, the line says so and is never calm. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { RelativeTimes } from "../../behaviours/relative_times.js";
import { ShortcutHandler } from "../../behaviours/shortcut_handler.js";
import { p, t } from "../../core/i18n.js";
import { waitsSince } from "../../core/rules/alarms.js";
import { heldBy } from "../../core/rules/own_work.js";
import { say, withColon } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { clockWithSeconds, HOUR_MS, serverNow, steadyServerNow } from "../../core/time.js";
import { alarmDetail, alarmUrl, alarmsUnknown, levelOf, namedAlarm, othersText, ruleName, shortAlarm, whoseAlarm } from "../../format/alarm_text.js";
import { whoHasIt } from "../../format/ownership.js";
import { endsSoon } from "../../format/promise.js";
import { sinceElement } from "../../format/time_elements.js";
import { announce } from "../announcer.js";
import { watchLine } from "../watch_line/line.js";
import { AlarmActions } from "./alarm_actions.js";
import { AlarmAnnouncements } from "./alarm_announcements.js";
import { alarmCommands } from "./alarm_commands.js";
import { AlarmSound } from "./alarm_sound.js";
import { ladder } from "./ladder.js";
import { HandOnDialog } from "./hand_on_dialog.js";
import { PromiseDialog } from "./promise_dialog.js";
import { remind, reminder } from "./promise_reminder.js";
import { dismiss, dismissedIds, takenAlarm, takenListed } from "./taken_alarm.js";
import { WhatIHave } from "../work/what_i_have.js";
import { WorkActions } from "../work/work_actions.js";

const SECOND_MS = 1_000;
const CHECK_INTERVAL_MS = 1_000; // no event reports that the proof of the state has expired, or that a minute has passed
const SWAP_MS = 700; // a press within this time after a change of the alarm was meant for the previous one
const NOT_TAKEN_MS = 5_000; // duration of the message that a press took nothing

/**
 * Show alarms until the page closes.
 * @param {Session} session
 * @param {HTMLElement} place container of the watch line
 */
export function mount(session, place) {
  new AlarmLine(session, place);
}

class AlarmLine {
  #session;
  #times;
  #handOn;
  #sound;
  /** @type {string | null} */ #chosen = null; // id of the alarm that the person switched to
  /** @type {string | null} */ #shown = null; // id of the visible alarm
  #swappedAt = -Infinity;
  #actions;
  #promise;
  /** @type {{ id: string, until: number } | null} */ #notTaken = null; // alarm whose press took nothing
  #announcements;
  #drawnSnapshot = "";
  /** @type {Alarm | null} */ #open = null; // open alarm in the line

  /** @param {Session} session @param {HTMLElement} place */
  constructor(session, place) {
    this.#session = session;
    this.#times = new RelativeTimes(place, () => steadyServerNow() ?? serverNow());
    this.#handOn = new HandOnDialog(session);
    this.#sound = new AlarmSound(session);
    this.#announcements = new AlarmAnnouncements(session);
    this.#actions = new AlarmActions(session, () => this.#changed());
    this.#promise = new PromiseDialog(this.#actions.promise);
    if (this.#mayAct) new WhatIHave(session, new WorkActions(this.#me, this.#actions, this.#handOn, this.#promise));
    session.alarmCommands = (words) => (this.#mayAct ? alarmCommands(session.alarms.open, words, { take: (alarm) => this.#actions.take(alarm), handOn: this.#handOn.show }) : []);
    session.lineAlarm = { shown: () => this.#takable, pressed: () => this.#meant(this.#takable), take: (alarm) => this.#actions.take(alarm) };
    new ShortcutHandler({ page: document.body.dataset.page ?? "", commands: () => [{ id: "alarm", run: () => this.#focus() }] });
    session.alarms.watch(() => this.#changed());
    session.watch(() => this.#changed());
    setInterval(() => this.#changed(), CHECK_INTERVAL_MS);
    this.#changed();
  }

  /** State of the list; "not_current" also if it never loaded because there is no connection. */
  get #state() {
    const { alarms, connection } = this.#session;
    return alarms.state === "loading" && connection.failed > 0 ? "not_current" : alarms.state;
  }

  #changed() {
    this.#actions.takeBack();
    const { open, taken, more, others, at } = this.#session.alarms, state = this.#state, mine = this.#mine;
    const pending = this.#actions.pending().map(({ id, status }) => id + status), dismissed = dismissedIds();
    const ending = mine.filter((alarm) => endsSoon(alarm, serverNow())).map((alarm) => [alarm.id, Math.floor((Date.parse(alarm.until ?? "") - Number(serverNow())) / SECOND_MS)]);
    const refused = this.#actions.refusal().map(({ id }) => id);
    const snapshot = JSON.stringify([state, open.map(isLong), state === "live" ? null : at, open, taken, mine, ending, more, others, pending, dismissed, this.#chosen, refused, this.#actions.fresh, currentId(this.#notTaken), this.#session.account.role]);
    if (state === "live") this.#announcements.announceNew();
    this.#sound.update(state === "loading" ? [] : open.filter(({ id, asked_me: asksMe }) => asksMe && !this.#actions.isSent(id)));
    if (snapshot === this.#drawnSnapshot) return;
    this.#drawnSnapshot = snapshot;
    this.#draw();
  }

  #draw() {
    const { open, more } = this.#session.alarms, state = this.#state;
    if (!open.some(({ id }) => id === this.#chosen)) this.#chosen = null;
    const own = this.#undismissed.find(({ id }) => id === this.#actions.fresh);
    const alarm = own ? undefined : open.find(({ id }) => id === this.#chosen) ?? open[0];
    const ending = state === "live" ? this.#mine.find((each) => endsSoon(each, serverNow())) : undefined;
    if (ending) remind(ending);
    const [takenShown] = own ? [own] : alarm || ending ? [] : this.#undismissed, shown = (takenShown ?? alarm ?? ending)?.id ?? null;
    if (shown !== this.#shown) this.#swap(shown, Boolean(alarm));
    this.#open = alarm ?? null;
    watchLine.setAlarm(alarm ? this.#alarm(alarm, open, more) : takenShown ? this.#taken(takenShown, open) : ending ? reminder(ending, this.#view) : null);
    const asksNobodyHere = state === "live" && !open.length && this.#mayAct, { others } = this.#session.alarms;
    watchLine.setFact("calm", asksNobodyHere && !others ? html`<span class="calm" data-testid="calm">${CHECK}${t("No urgent sighting is waiting")}</span>` : nothing);
    watchLine.setFact("others", asksNobodyHere && others ? html`<span data-testid="others-asked">${othersText(others)}</span>` : nothing);
    watchLine.setNotices("alarms", [...(state === "not_current" ? [unknownNotice()] : []), ...this.#actions.refusal()]);
    this.#times.fill();
  }

  /** @param {string | null} id @param {boolean} isOpen */
  #swap(id, isOpen) {
    if (this.#shown !== null && isOpen) this.#swappedAt = performance.now();
    this.#shown = id;
  }

  // --- display

  /** @param {Alarm} alarm @param {Alarm[]} open @param {number} more @returns {WatchAlarm} */
  #alarm(alarm, open, more) {
    const isLive = this.#state === "live", level = isLive ? levelOf(alarm) : 0;
    const others = open.filter((other) => other !== alarm), detail = alarmDetail(alarm);
    return {
      tone: isLive ? `alarm-${level}` : "alarm-stale",
      main: html`<div class="alarm ${alarm.lapsed_by ? "assigned lapsed" : alarm.assignee ? "assigned" : ""}" data-alarm=${alarm.id} data-level=${level} data-testid="alarm">
        <span class="alarm-mark">${WARNING}<span class="rule">${alarm.lapsed_by ? label.event("alarm.lapsed") : ruleName(alarm)}</span>${open.length + more > 1 ? html`<small class="of-many">${open.indexOf(alarm) + 1}/${open.length + more}</small>` : nothing}</span>
        <a class="what" href=${alarmUrl(alarm)}><b><bdi>${whoseAlarm(alarm)}</bdi>${detail ? html`<i>${withColon("")}</i>` : nothing}</b> <span class="detail">${detail}</span></a>
        ${isLive ? html`<span class="which" aria-hidden="true">${shortAlarm(alarm)}</span>` : nothing}
        ${isLive && detail && this.#hasSubject(alarm) ? html`<span class="subject" aria-hidden="true">${detail}</span>` : nothing}
        ${this.#howLong(alarm)}
        ${isLive ? ladder(alarm) : nothing}
        ${this.#nextButton(alarm, open, more)}
        ${this.#takeButton(alarm)}
        <a class="button open" href=${alarmUrl(alarm)} data-act="open-alarm">${p("go to the card", "Open")}</a>
      </div>`,
      more: html`<li class="alarm-more" data-alarm=${alarm.id} data-testid="alarm-more"><p><b>${namedAlarm(alarm)}</b>${isLive ? html`\u00a0· <span data-testid="owner">${whoHasIt(alarm, this.#me)}</span>` : nothing}</p><p>${detail ? html`${withColon(whoseAlarm(alarm))} ${detail}` : whoseAlarm(alarm)}</p>
          ${isLive ? ladder(alarm) : nothing}
          <p class="buttons"><a class="button" href=${alarmUrl(alarm)}>${p("go to the card", "Open")}</a>
            ${this.#mayAct ? html`<button type="button" data-act="hand-on-alarm" @click=${() => this.#handOn.show(alarm)}>${t("Hand on…")}</button>` : nothing}</p></li>
        ${others.map((other) => this.#otherLine(other, isLive))}
        ${this.#undismissed.map((taken) => takenListed(taken, this.#view))}`,
      label: t("More about this alarm"),
    };
  }

  /** @param {Alarm} alarm */
  #howLong(alarm) {
    const problem = this.#isNotTaken(alarm) ? notTaken() : null;
    if (this.#state === "live") return html`<span class="nobody running ${problem ? "fault" : ""}"><span data-testid="owner">${problem ?? whoHasIt(alarm, this.#me)}</span></span>
      <time class="for ${isLong(alarm) ? "long" : ""}" role="timer" datetime=${waitsSince(alarm)} data-since=${waitsSince(alarm)}></time>`;
    const { at: readAt } = this.#session.alarms;
    return html`<span class="nobody" data-testid="alarm-stale">${problem ?? (readAt ? t("nobody had it at {at}", { at: clockWithSeconds(readAt) }) : say("nobody_had_it"))}</span>`;
  }

  /**
   * Button that shows the next alarm, with its name.
   * @param {Alarm} alarm @param {Alarm[]} open @param {number} more
   */
  #nextButton(alarm, open, more) {
    if (open.length < 2) return nothing;
    const index = open.indexOf(alarm), next = open[(index + 1) % open.length];
    const text = t("Next: {next}", { next: whoseAlarm(next) }), place = t("{number} of {count}. Show the next alarm.", { number: index + 1, count: open.length + more });
    return html`<button type="button" class="next-alarm" data-act="next-alarm" title=${place} @click=${() => this.#turnTo(next.id)}>${text}\u00a0· ${sinceElement(waitsSince(next))}</button>`;
  }

  /** @param {Alarm} other @param {boolean} isLive */
  #otherLine(other, isLive) {
    return html`<li class="other-alarm" data-alarm=${other.id}><p><b>${namedAlarm(other)}</b>\u00a0· ${whoseAlarm(other)}${isLive ? html`\u00a0· <b class="text-alert" data-testid="owner">${whoHasIt(other, this.#me)}</b>\u00a0· <b class="text-alert">${sinceElement(waitsSince(other))}</b>` : nothing}</p>
      <p class="buttons">${this.#takeButton(other)} <button type="button" @click=${() => this.#turnTo(other.id)}>${t("Show")}</button></p></li>`;
  }

  /** @param {Alarm} alarm */
  #takeButton(alarm) {
    if (!this.#mayAct) return nothing;
    const [sent] = this.#actions.pending().filter(({ data }) => data.alarm === alarm.id);
    if (sent) return html`<span class="sent" role="status" data-testid="alarm-sent">${sent.status === "sending" ? t("sending…") : t("waiting to be sent…")}</span>`;
    return html`<button type="button" class="primary take" data-act="take-alarm" data-alarm=${alarm.id} @click=${() => this.#press(alarm)}>${t("I have it")}</button>`;
  }

  /**
   * Alarm that was just taken, with a button that shows the open ones.
   * @param {Alarm} alarm @param {Alarm[]} open
   * @returns {WatchAlarm}
   */
  #taken(alarm, open) {
    const drawn = takenAlarm(alarm, this.#view), [next] = open;
    if (!next) return drawn;
    const text = t("Next: {next}", { next: whoseAlarm(next) });
    return {
      ...drawn, label: t("More about this alarm"),
      main: html`${drawn.main}<button type="button" class="next-alarm" data-act="next-alarm" title=${t("Show the next alarm")} @click=${() => this.#turnTo(next.id)}>${text}</button>`,
      more: html`${drawn.more ?? nothing}${open.map((other) => this.#otherLine(other, true))}`,
    };
  }

  /** Alarms that this person has, in order of the end of their promises. */
  get #mine() {
    return heldBy(this.#session.alarms.held, this.#me);
  }

  get #me() {
    return this.#session.account.id;
  }

  /** @returns {TakenAlarmView} */
  get #view() {
    const { fresh, undo, promise, giveBack } = this.#actions;
    return { me: this.#me, isFresh: (id) => fresh === id, handOn: this.#handOn.show, undo, giveBack, dismiss: (id) => this.#dismiss(id), promise, choose: this.#promise.show };
  }

  /** @param {Alarm} alarm */
  #isNotTaken = ({ id }) => currentId(this.#notTaken) === id;

  /** Recently taken alarms that the person has not dismissed. */
  get #undismissed() {
    return this.#state === "live" ? this.#session.alarms.taken.filter(({ id }) => !dismissedIds().includes(id)) : [];
  }

  /**
   * Return true if a phone shows the subject instead of the owner.
   * @param {Alarm} alarm
   */
  #hasSubject = (alarm) => !alarm.lapsed_by && !this.#isNotTaken(alarm);

  // --- actions

  get #mayAct() {
    return this.#session.can("investigator");
  }

  /** Open alarm in the line that this person can take. */
  get #takable() {
    return this.#open && this.#mayAct && !this.#actions.isSent(this.#open.id) ? this.#open : null;
  }

  /** @param {Alarm} alarm */
  #press(alarm) {
    if (this.#meant(alarm)) this.#actions.take(alarm);
  }

  /**
   * Return the alarm that a press means; null, with a message, if it has just replaced another one.
   * @param {Alarm | null} alarm
   */
  #meant(alarm) {
    if (!alarm || alarm.id !== this.#shown || performance.now() - this.#swappedAt >= SWAP_MS) return alarm;
    this.#announceNotTaken(alarm);
    return null;
  }

  /**
   * Tell the person that nothing was taken, because another alarm replaced the intended one.
   * @param {Alarm} alarm
   */
  #announceNotTaken(alarm) {
    this.#notTaken = { id: alarm.id, until: performance.now() + NOT_TAKEN_MS };
    announce(t("Nothing was taken, because another alarm has just moved here: {what}", { what: `${namedAlarm(alarm)}, ${whoseAlarm(alarm)}` }));
    this.#changed();
  }

  /** @param {string} id */
  #turnTo(id) {
    this.#actions.forget();
    this.#chosen = id;
    this.#changed();
    this.#swappedAt = -Infinity; // this person chose the visible alarm: the next press counts
  }

  /** @param {string} id */
  #dismiss(id) {
    dismiss(id);
    this.#changed();
  }

  #focus() {
    const button = document.querySelector(".watch-main .alarm .take") ?? document.querySelector(".watch-main .alarm a");
    if (!button) return false;
    button.focus();
    return undefined;
  }
}

/** @param {Alarm} alarm */
const isLong = (alarm) => Number(serverNow()) - Date.parse(waitsSince(alarm)) >= HOUR_MS;

const WARNING = html`<svg class="ic" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 1.7 15 14H1ZM8 6v4M8 12v.1"/></svg>`;
const CHECK = html`<svg class="ic check" viewBox="0 0 16 16" aria-hidden="true"><path d="m3 8.500 3.200 3.300L13 4.600"/></svg>`;

/**
 * Return the id of a temporary message; null after it has expired.
 * @param {{ id: string, until: number } | null} message
 */
const currentId = (message) => (message && performance.now() < message.until ? message.id : null);

const notTaken = () => t("not taken: press again");

/** @returns {Notice} */
const unknownNotice = () => ({ kind: "alarms-unknown", tone: "stale", silent: true, title: alarmsUnknown(), text: t("No connection. What is shown may be out of date. What you type is kept.") });
