/* Announcements of alarms to screen readers and the desktop: each step once, and who has it. */

import { alarmDetail, ruleName, whoseAlarm } from "../../format/alarm_text.js";
import { whoHasIt } from "../../format/ownership.js";
import { announce, interrupt } from "../announcer.js";
import { notifyOf } from "./alarm_notifications.js";

export class AlarmAnnouncements {
  #session;
  /** @type {Map<string, number>} */ #steps = new Map(); // step that was announced, by id
  #taken = new Set();

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
  }

  /** Announce what is new. */
  tell() {
    const { alarms: { open, taken }, account: { id: me } } = this.#session;
    const asking = open.filter(({ asked_me: asksMe }) => asksMe); // not what this person has raised
    for (const alarm of asking) notifyOf(this.#session, alarm);
    for (const alarm of asking) this.#tellStep(alarm, me);
    for (const alarm of taken) this.#tellTaken(alarm, me);
  }

  /** @param {Alarm} alarm @param {string} me */
  #tellStep(alarm, me) {
    if ((this.#steps.get(alarm.id) ?? -1) >= alarm.step) return;
    this.#steps.set(alarm.id, alarm.step);
    interrupt([`${ruleName(alarm)}.`, `${[whoseAlarm(alarm), alarmDetail(alarm)].filter(Boolean).join(": ")}.`, `${whoHasIt(alarm, me)}.`].join(" "));
  }

  /** @param {Alarm} alarm @param {string} me */
  #tellTaken(alarm, me) {
    if (this.#taken.has(alarm.id) || !this.#steps.has(alarm.id)) return;
    this.#taken.add(alarm.id);
    if (alarm.taken_by?.id !== me) announce(`${whoHasIt(alarm, me)}. ${whoseAlarm(alarm)}`);
  }
}
