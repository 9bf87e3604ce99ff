/* Announcements of alarms to screen readers and the desktop: each step of each round once, and the person who takes it. */

import { callKey } from "../../core/rules/alarms.js";
import { alarmDetail, ruleName, whoseAlarm } from "../../format/alarm_text.js";
import { whoHasIt } from "../../format/ownership.js";
import { announce, interrupt } from "../announcer.js";
import { notifyOf } from "./alarm_notifications.js";

export class AlarmAnnouncements {
  #session;
  /** @type {Map<string, string>} */ #calls = new Map(); // last announced step and round, by id
  #announcedTaken = new Set();

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
  }

  /** Announce new steps and owners. */
  announceNew() {
    const { alarms: { open, taken }, account: { id: me } } = this.#session;
    const asking = open.filter(({ asked_me: asksMe }) => asksMe); // leaves out alarms that this person raised
    for (const alarm of asking) notifyOf(this.#session, alarm);
    for (const alarm of asking) this.#announceStep(alarm, me);
    for (const alarm of taken) this.#announceOwner(alarm, me);
  }

  /** @param {Alarm} alarm @param {string} me */
  #announceStep(alarm, me) {
    const call = callKey(alarm);
    if (this.#calls.get(alarm.id) === call) return;
    this.#calls.set(alarm.id, call);
    this.#announcedTaken.delete(alarm.id);
    interrupt([`${ruleName(alarm)}.`, `${[whoseAlarm(alarm), alarmDetail(alarm)].filter(Boolean).join(": ")}.`, `${whoHasIt(alarm, me)}.`].join(" "));
  }

  /** @param {Alarm} alarm @param {string} me */
  #announceOwner(alarm, me) {
    if (this.#announcedTaken.has(alarm.id) || !this.#calls.has(alarm.id)) return;
    this.#announcedTaken.add(alarm.id);
    if (alarm.taken_by?.id !== me) announce(`${whoHasIt(alarm, me)}. ${whoseAlarm(alarm)}`);
  }
}
