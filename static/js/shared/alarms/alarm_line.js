/* Alarms in the watch line of every page: what nobody has taken, for how long, who is asked next, and the buttons that take it or hand
   it on. An alarm that this person has just taken stays for some seconds, with undo. Where the line cannot know, it says so and is never calm. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { RelativeTimes } from "../../behaviours/relative_times.js";
import { ShortcutHandler } from "../../behaviours/shortcut_handler.js";
import { n, p, t, withColon } from "../../core/i18n.js";
import { clockWithSeconds, HOUR_MS, serverNow, steadyServerNow } from "../../core/time.js";
import { alarmDetail, alarmUrl, alarmsUnknown, levelOf, namedAlarm, ruleName, shortAlarm, whoseAlarm } from "../../format/alarm_text.js";
import { whoHasIt } from "../../format/ownership.js";
import { sinceElement } from "../../format/time_elements.js";
import { announce } from "../announcer.js";
import { commandName } from "../refusals.js";
import { watchLine } from "../watch_line/line.js";
import { AlarmAnnouncements } from "./alarm_announcements.js";
import { alarmCommands } from "./alarm_commands.js";
import { AlarmSound } from "./alarm_sound.js";
import { ladder } from "./ladder.js";
import { HandOnDialog } from "./hand_on_dialog.js";
import { dismiss, dismissedIds, takenAlarm, takenListed } from "./taken_alarm.js";

const LOOK_EVERY_MS = 1_000; // no event tells that the line is no longer proven, or that a minute has passed
const SWAP_MS = 700; // a press so soon after another alarm took this place was meant for the one before
const UNDO_MS = 10_000; // what this person has just taken stays for so long, also before other alarms
const NOT_TAKEN_MS = 5_000; // a press that took nothing is told for so long

/**
 * Show alarms for as long as the page lives.
 * @param {Session} session
 * @param {HTMLElement} place of the watch line
 */
export function mount(session, place) {
  new AlarmLine(session, place);
}

class AlarmLine {
  #session;
  #times;
  #handOn;
  #sound;
  /** @type {string | null} */ #chosen = null; // id of the one that the person turned to
  /** @type {string | null} */ #shown = null; // id of the one that is shown
  #swappedAt = -Infinity;
  /** @type {{ id: string, until: number } | null} */ #own = null; // taken by this person here, and still shown
  /** @type {{ id: string, until: number } | null} */ #notTaken = null; // a press on it took nothing
  #announcements;
  /** @type {{ id: string, name: string, text: string } | null} */ #refused = null;
  #drawn = "";

  /** @param {Session} session @param {HTMLElement} place */
  constructor(session, place) {
    this.#session = session;
    this.#times = new RelativeTimes(place, () => steadyServerNow() ?? serverNow());
    this.#handOn = new HandOnDialog(session);
    this.#sound = new AlarmSound(session);
    this.#announcements = new AlarmAnnouncements(session);
    session.alarmCommands = (words) => (this.#mayAct ? alarmCommands(session.alarms.open, words, { take: (alarm) => this.#take(alarm), handOn: this.#handOn.show }) : []);
    new ShortcutHandler({ page: document.body.dataset.page ?? "", commands: () => [{ id: "alarm", run: () => this.#focus() }] });
    session.alarms.watch(() => this.#changed());
    session.watch(() => this.#changed());
    setInterval(() => this.#changed(), LOOK_EVERY_MS);
    this.#changed();
  }

  /** Whether the list is right; also where there never was one, and there is no connection. */
  get #state() {
    const { alarms, connection } = this.#session;
    return alarms.state === "loading" && connection.failed > 0 ? "not_current" : alarms.state;
  }

  #changed() {
    this.#takeBack();
    const { open, taken, more, at } = this.#session.alarms, state = this.#state;
    const pending = this.#pending().map(({ id, status }) => id + status), dismissed = dismissedIds();
    const drawn = JSON.stringify([state, open.map(isLong), state === "live" ? null : at, open, taken, more, pending, dismissed, this.#chosen, this.#refused, current(this.#own), current(this.#notTaken), this.#session.account.role]);
    if (state === "live") this.#announcements.tell();
    this.#sound.update(state === "loading" ? [] : open.filter(({ id, asked_me: asksMe }) => asksMe && !this.#isSent(id)));
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#draw();
  }

  #draw() {
    const { open, more } = this.#session.alarms, state = this.#state;
    if (!open.some(({ id }) => id === this.#chosen)) this.#chosen = null;
    const own = this.#undismissed.find(({ id }) => id === current(this.#own));
    const alarm = own ? undefined : open.find(({ id }) => id === this.#chosen) ?? open[0];
    const [told] = own ? [own] : alarm ? [] : this.#undismissed, shown = (told ?? alarm)?.id ?? null;
    if (shown !== this.#shown) this.#swap(shown, Boolean(alarm));
    watchLine.warn(alarm ? this.#alarm(alarm, open, more) : told ? this.#taken(told, open, more) : null);
    const isCalm = state === "live" && !open.length && this.#session.can("investigator");
    watchLine.tell("calm", isCalm ? html`<span class="calm" data-testid="calm">${CHECK}${t("No urgent sighting is waiting")}</span>` : nothing);
    watchLine.say("alarms", [...(state === "not_current" ? [unknown()] : []), ...this.#refusal()]);
    this.#times.fill();
  }

  /** @param {string | null} id @param {boolean} isOpen */
  #swap(id, isOpen) {
    if (this.#shown !== null && isOpen) this.#swappedAt = performance.now();
    this.#shown = id;
  }

  // --- what is shown

  /** @param {Alarm} alarm @param {Alarm[]} open @param {number} more @returns {WatchAlarm} */
  #alarm(alarm, open, more) {
    const isLive = this.#state === "live", level = isLive ? levelOf(alarm) : 0;
    const others = open.filter((each) => each !== alarm), detail = alarmDetail(alarm);
    return {
      tone: isLive ? `alarm-${level}` : "alarm-stale",
      main: html`<div class="alarm ${alarm.assignee ? "assigned" : ""}" data-alarm=${alarm.id} data-level=${level} data-testid="alarm">
        <span class="alarm-mark">${WARNING}<span class="rule">${ruleName(alarm)}</span>${open.length + more > 1 ? html`<small class="of-many">${open.indexOf(alarm) + 1}/${open.length + more}</small>` : nothing}</span>
        <a class="what" href=${alarmUrl(alarm)}><b><bdi>${whoseAlarm(alarm)}</bdi>${detail ? html`<i>${withColon("")}</i>` : nothing}</b> <span class="detail">${detail}</span></a>
        ${isLive ? html`<span class="which" aria-hidden="true">${shortAlarm(alarm)}</span>` : nothing}
        ${this.#howLong(alarm)}
        ${isLive ? ladder(alarm) : nothing}
        ${this.#others(alarm, open, more)}
        ${this.#takeButton(alarm)}
        <a class="button open" href=${alarmUrl(alarm)} data-act="open-alarm">${p("go to the card", "Open")}</a>
      </div>`,
      more: html`<li class="alarm-more" data-alarm=${alarm.id} data-testid="alarm-more"><p><b>${namedAlarm(alarm)}</b>${isLive ? html`\u00a0· <span data-testid="owner">${whoHasIt(alarm, this.#me)}</span>` : nothing}</p><p>${detail ? html`${withColon(whoseAlarm(alarm))} ${detail}` : whoseAlarm(alarm)}</p>
          ${isLive ? ladder(alarm) : nothing}
          <p class="buttons"><a class="button" href=${alarmUrl(alarm)}>${p("go to the card", "Open")}</a>
            ${this.#mayAct ? html`<button type="button" data-act="hand-on-alarm" @click=${() => this.#handOn.show(alarm)}>${t("Hand on…")}</button>` : nothing}</p></li>
        ${others.map((other) => this.#otherLine(other, isLive))}
        ${this.#undismissed.map((told) => takenListed(told, this.#view))}`,
      label: t("More about this alarm"),
    };
  }

  /** @param {Alarm} alarm */
  #howLong(alarm) {
    const fault = this.#isNotTaken(alarm) ? notTaken() : null;
    if (this.#state === "live") return html`<span class="nobody running ${fault ? "fault" : ""}"><span data-testid="owner">${fault ?? whoHasIt(alarm, this.#me)}</span></span>
      <time class="for ${isLong(alarm) ? "long" : ""}" role="timer" datetime=${alarm.raised_at} data-since=${alarm.raised_at}></time>`;
    const { at } = this.#session.alarms;
    return html`<span class="nobody" data-testid="alarm-stale">${fault ?? (at ? t("nobody had it at {at}", { at: clockWithSeconds(at) }) : t("nobody had it"))}</span>`;
  }

  /**
   * Button that turns to the next one, and says which that is.
   * @param {Alarm} alarm @param {Alarm[]} open @param {number} more
   */
  #others(alarm, open, more) {
    if (open.length < 2) return nothing;
    const at = open.indexOf(alarm), next = open[(at + 1) % open.length];
    const said = t("{number} of {count}: {next}", { number: at + 1, count: open.length + more, next: whoseAlarm(next) });
    return html`<button type="button" class="next-alarm" data-act="next-alarm" title=${t("Show the next alarm")} @click=${() => this.#turnTo(next.id)}>${said}\u00a0· ${sinceElement(next.raised_at)}</button>`;
  }

  /** @param {Alarm} other @param {boolean} isLive */
  #otherLine(other, isLive) {
    return html`<li class="other-alarm" data-alarm=${other.id}><p><b>${namedAlarm(other)}</b>\u00a0· ${whoseAlarm(other)}${isLive ? html`\u00a0· <b class="text-alert" data-testid="owner">${whoHasIt(other, this.#me)}</b>\u00a0· <b class="text-alert">${sinceElement(other.raised_at)}</b>` : nothing}</p>
      <p class="buttons">${this.#takeButton(other)} <button type="button" @click=${() => this.#turnTo(other.id)}>${t("Show")}</button></p></li>`;
  }

  /** @param {Alarm} alarm */
  #takeButton(alarm) {
    if (!this.#mayAct) return nothing;
    const [sent] = this.#pending().filter(({ data }) => data.alarm === alarm.id);
    if (sent) return html`<span class="sent" role="status" data-testid="alarm-sent">${sent.status === "sending" ? t("sending…") : t("waiting to be sent…")}</span>`;
    return html`<button type="button" class="primary take" data-act="take-alarm" data-alarm=${alarm.id} @click=${() => this.#press(alarm)}>${t("I have it")}</button>`;
  }

  /**
   * Alarm that was taken a moment ago; beside it, the way to those that nobody has.
   * @param {Alarm} alarm @param {Alarm[]} open @param {number} more
   * @returns {WatchAlarm}
   */
  #taken(alarm, open, more) {
    const drawn = takenAlarm(alarm, this.#view), [next] = open;
    if (!next) return drawn;
    const said = n("{count} more: {next}", "{count} more: {next}", open.length + more, { next: whoseAlarm(next) });
    return {
      ...drawn, label: t("More about this alarm"),
      main: html`${drawn.main}<button type="button" class="next-alarm" data-act="next-alarm" title=${t("Show the next alarm")} @click=${() => this.#turnTo(next.id)}>${said}</button>`,
      more: html`${drawn.more ?? nothing}${open.map((other) => this.#otherLine(other, true))}`,
    };
  }

  get #me() {
    return this.#session.account.id;
  }

  /** @returns {TakenAlarmView} */
  get #view() {
    return { me: this.#me, isFresh: (id) => current(this.#own) === id, handOn: this.#handOn.show, undo: (alarm) => this.#undo(alarm), dismiss: (id) => this.#dismiss(id) };
  }

  /** @param {Alarm} alarm */
  #isNotTaken = ({ id }) => current(this.#notTaken) === id;

  /** Those that were taken a moment ago, and that the person has not put away. */
  get #undismissed() {
    return this.#state === "live" ? this.#session.alarms.taken.filter(({ id }) => !dismissedIds().includes(id)) : [];
  }

  /** @returns {Notice[]} */
  #refusal() {
    if (!this.#refused) return [];
    const done = () => {
      this.#refused = null;
      this.#changed();
    };
    return [{ kind: "not-saved", id: this.#refused.id, tone: "own", title: t("Not saved: {what}.", { what: commandName(this.#refused.name) }), text: this.#refused.text, actions: html`<button type="button" @click=${done}>${t("OK")}</button>` }];
  }

  // --- what is done

  get #mayAct() {
    return this.#session.can("investigator");
  }

  /** @param {Alarm} alarm */
  #press(alarm) {
    if (alarm.id === this.#shown && performance.now() - this.#swappedAt < SWAP_MS) this.#tellNotTaken(alarm);
    else this.#take(alarm);
  }

  /** @param {Alarm} alarm */
  #take(alarm) {
    const { outbox, alarms, account: { id, name } } = this.#session;
    outbox.add(alarm.board, "alarm.take", { alarm: alarm.id }).then(({ seqs: [seq] }) => {
      this.#own = { id: alarm.id, until: performance.now() + UNDO_MS };
      alarms.acknowledged(alarm.id, { id, name }, seq);
    }, () => {}); // refusals: see #takeBack
    this.#changed();
  }

  /**
   * Another alarm came into the place of the one that was meant: say that nothing was taken.
   * @param {Alarm} alarm
   */
  #tellNotTaken(alarm) {
    this.#notTaken = { id: alarm.id, until: performance.now() + NOT_TAKEN_MS };
    announce(t("Nothing was taken, as another alarm has just come here: {what}", { what: `${namedAlarm(alarm)}, ${whoseAlarm(alarm)}` }));
    this.#changed();
  }

  /** @param {Alarm} alarm */
  #undo(alarm) {
    const { outbox, alarms } = this.#session;
    this.#own = null;
    outbox.add(alarm.board, "undo", { seq: alarm.seq }).then(() => alarms.givenBack(alarm.id), ({ id, message }) => {
      outbox.discard(id);
      this.#refused = { id, name: "undo", text: message };
      this.#changed();
    });
  }

  /** @param {string} id */
  #turnTo(id) {
    this.#own = null;
    this.#chosen = id;
    this.#changed();
    this.#swappedAt = -Infinity; // this person chose what is here now: the next press counts
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

  /** Commands about alarms that were not answered yet. */
  #pending() {
    return this.#session.outbox.pending().filter(({ name, status }) => name === "alarm.take" && status !== "refused");
  }

  /** @param {string} alarm */
  #isSent(alarm) {
    return this.#pending().some(({ data }) => data.alarm === alarm);
  }

  /** Refused ones are not kept: there is nothing typed in them. Who has the alarm is told by the list. */
  #takeBack() {
    const { outbox } = this.#session;
    const refused = outbox.pending().filter(({ name, status }) => name.startsWith("alarm.") && status === "refused");
    for (const { id, name, refusal } of refused) {
      if (!(refusal?.code === "conflict" && refusal.current?.taken_by)) this.#refused = { id, name, text: refusal?.message ?? "" };
      queueMicrotask(() => outbox.discard(id)); // the outbox tells of it while it still works on it
    }
  }
}

/** @param {Alarm} alarm */
const isLong = ({ raised_at: raised }) => Number(serverNow()) - Date.parse(raised) >= HOUR_MS;

const WARNING = html`<svg class="ic" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 1.7 15 14H1ZM8 6v4M8 12v.1"/></svg>`;
const CHECK = html`<svg class="ic check" viewBox="0 0 16 16" aria-hidden="true"><path d="m3 8.500 3.200 3.300L13 4.600"/></svg>`;

/**
 * Return the id of what is told for some time; null once that is over.
 * @param {{ id: string, until: number } | null} told
 */
const current = (told) => (told && performance.now() < told.until ? told.id : null);

const notTaken = () => t("not taken: press again");

/** @returns {Notice} */
const unknown = () => ({ kind: "alarms-unknown", tone: "stale", silent: true, title: alarmsUnknown(), text: t("No connection. What is shown may be out of date. What you type is kept.") });
