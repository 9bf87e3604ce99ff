/* Desktop notifications of alarms. As others may see the screen, they show only the reference and what kind of alarm it is. */

import { hasAnybody } from "../../core/rules/has_anybody.js";
import { prefix, storage } from "../../core/storage/storage.js";
import { alarmUrl, ruleName } from "../../format/alarm_text.js";
import { permission } from "../alerts/desktop_notifications.js";
import { unreadIcon } from "../alerts/tab_badge.js";
import { maySignal } from "./alarm_sound.js";

const MAX_TOLD = 50;

/**
 * Show one for each step, in one tab, where the person is not looking at Searchboard.
 * @param {Session} session
 * @param {Alarm} alarm
 */
export function notifyOf(session, alarm) {
  const { alerts } = session;
  if (!alerts?.alarms) return; // what the person chose is not known yet
  const key = `${prefix()}alarms-notified`, step = `${alarm.id}:${alarm.step}`, told = storage.read(key) ?? [];
  if (told.includes(step)) return;
  storage.write(key, [...told, step].slice(-MAX_TOLD));
  if (permission() !== "granted" || document.hasFocus() || !alerts.alarms.desktop || !maySignal(session)) return;
  try {
    // the tag makes a later step replace the one before
    const shown = new Notification(alarm.reference ?? "Searchboard", { body: `${ruleName(alarm)}: ${hasAnybody(Boolean(alarm.assignee))}`, tag: `alarm:${alarm.id}`, icon: unreadIcon(), requireInteraction: true });
    shown.onclick = () => {
      focus();
      shown.close();
      location.assign(alarmUrl(alarm));
    };
  } catch {
    // some browsers allow notifications from a service worker only; the watch line shows it anyway
  }
}
