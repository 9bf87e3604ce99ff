/** End of a duty: each alarm that the person has is handed on, kept, or left, which reopens it. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { get, orNull } from "../../core/connection/api.js";
import { n, t } from "../../core/i18n.js";
import { HOUR_MS, MINUTE_MS, clock, serverNow } from "../../core/time.js";
import { alarmDetail, alarmUrl, namedAlarm, whoseAlarm } from "../../format/alarm_text.js";
import { heldBy } from "../../format/promise.js";
import { formatUntil } from "../../format/time_elements.js";
import { endDuty, isSending, stayOnDuty } from "../../shared/duty/commands.js";

const KEEP = "keep", LEAVE = "leave";
const LONGEST_MS = 24 * HOUR_MS - MINUTE_MS; // a minute less than a duty may last, as clocks differ

export class EndOfDuty {
  #session;
  #draw;
  /** @type {Alarm[] | null} */ #alarms = null; // null: not loaded
  #failed = false;
  /** @type {Map<string, string>} */ #choices = new Map(); // alarm -> KEEP, LEAVE, or the account that gets it
  #isEnding = false;

  /** @param {Session} session @param {() => void} draw */
  constructor(session, draw) {
    this.#session = session;
    this.#draw = draw;
    session.alarms.watch(() => void this.#read());
    this.#read();
  }

  /** @param {PersonOnDuty} duty */
  draw({ until }) {
    const alarms = this.#alarms ?? [], later = anHourLater(until);
    return html`<section class="begin end-of-duty" aria-labelledby="end-title">
      <div><h1 id="end-title">${t("You are on duty until {time}.", { time: clock(until) })}</h1><p class="quiet" data-testid="still-yours">${this.#count()}</p></div>
      ${this.#failed ? html`<p role="alert">${t("The list could not be loaded.")} <button type="button" @click=${() => this.#read()}>${t("Try again")}</button></p>` : nothing}
      <ul class="keep">${repeat(alarms, ({ id }) => id, (alarm) => this.#row(alarm))}</ul>
      ${alarms.length ? html`<p class="quiet">${t("What you neither hand on nor keep reopens when your duty ends, and asks people on duty.")}</p>` : nothing}
      <div class="foot"><span class="buttons"><button type="button" data-act="stay" ?disabled=${isSending(this.#session)} @click=${() => stayOnDuty(this.#session, later)}>${t("Stay on duty until {time}", { time: clock(later) })}</button>
          <a class="button" href="/">${t("Back to all searches")}</a></span>
        <button type="button" class="primary" data-first data-act="end-duty" ?disabled=${this.#isEnding || this.#alarms === null} @click=${() => this.#end()}>${this.#endText()}</button></div>
    </section>`;
  }

  #count() {
    if (this.#alarms === null) return t("Loading…");
    const count = this.#alarms.length;
    return count ? n("You still have {count} thing.", "You still have {count} things.", count) : t("You have nothing left to hand on.");
  }

  /** @param {Alarm} alarm */
  #row(alarm) {
    const choose = (/** @type {ControlEvent} */ { target: { value } }) => {
      this.#choices.set(alarm.id, value);
      this.#draw();
    };
    const chosen = this.#choice(alarm), options = this.#others().map(({ account, name }) => [account, t("Hand on to {name}", { name })]);
    return html`<li data-alarm=${alarm.id}><a class="what" href=${alarmUrl(alarm)}><b><bdi>${whoseAlarm(alarm)}</bdi>, ${namedAlarm(alarm)}</b> <span class="quiet" dir="auto">${alarmDetail(alarm)}</span></a>
      <select aria-label=${t("After your duty: {what}", { what: namedAlarm(alarm) })} @change=${choose}>
        ${[...options, [KEEP, keepText(alarm)], [LEAVE, t("Leave it: it reopens")]].map(([value, name]) => html`<option value=${value} ?selected=${value === chosen}>${name}</option>`)}</select></li>`;
  }

  /** Other people on duty, the person in charge of the shift first, then those who stay longest. */
  #others() {
    const { shiftStatus: status, account } = this.#session, holder = status?.shift?.holder;
    const others = (status?.duties ?? []).filter((duty) => duty.account !== account.id);
    return others.sort((one, other) => Number(other.account === holder) - Number(one.account === holder) || Date.parse(other.until) - Date.parse(one.until));
  }

  /** @param {Alarm} alarm */
  #choice({ id }) {
    const chosen = this.#choices.get(id), others = this.#others();
    return chosen === KEEP || chosen === LEAVE || others.some(({ account }) => account === chosen) ? chosen : others[0]?.account ?? LEAVE;
  }

  #endText() {
    const choices = (this.#alarms ?? []).map((alarm) => this.#choice(alarm));
    const kept = choices.filter((choice) => choice === KEEP).length, left = choices.filter((choice) => choice === LEAVE).length;
    const parts = [
      choices.length - kept - left && n("hand on {count}", "hand on {count}", choices.length - kept - left),
      kept && n("keep {count}", "keep {count}", kept), left && n("leave {count}", "leave {count}", left),
    ].filter(Boolean).join(", ");
    return parts ? t("End duty: {parts}", { parts }) : t("End duty");
  }

  async #end() {
    const alarms = this.#alarms ?? [], chosen = alarms.map((alarm) => ({ alarm, choice: this.#choice(alarm) }));
    this.#isEnding = true;
    this.#draw();
    const handed = chosen.filter(({ choice }) => choice !== KEEP && choice !== LEAVE);
    await Promise.all(handed.map(({ alarm, choice }) => this.#handOn(alarm, String(choice))));
    const isDone = await endDuty(this.#session, chosen.filter(({ choice }) => choice === KEEP).map(({ alarm }) => alarm.id));
    this.#isEnding = false;
    if (isDone) location.assign("/");
    else this.#draw();
  }

  /**
   * One that is refused was taken or ended in the meantime: it is not this person's any longer, or reopens.
   * @param {Alarm} alarm @param {string} to
   */
  #handOn({ board, id }, to) {
    return this.#session.outbox.add(board, "alarm.hand_on", { alarm: id, to }).catch((refusal) => this.#session.outbox.discard(refusal.id));
  }

  async #read() {
    const found = await orNull(get("/api/v1/alarms")); // complete, unlike those of the session
    this.#failed = found === null;
    this.#alarms = found ? heldBy(found.alarms, this.#session.account.id) : this.#alarms;
    this.#draw();
  }
}

/** @param {Alarm} alarm */
const keepText = ({ until }) => t("Keep it until {time}", { time: formatUntil(until ?? "") });

/**
 * Return the end of a duty that is an hour longer, within the next 24 hours.
 * @param {string} until
 */
function anHourLater(until) {
  const now = Number(serverNow());
  return new Date(Math.min(Math.max(now, Date.parse(until)) + HOUR_MS, now + LONGEST_MS)).toISOString();
}
