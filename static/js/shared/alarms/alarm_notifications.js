/* Desktop notifications of alarms. They show only the reference and the kind of alarm, because others may see the screen. */

import { label } from "../../core/labels.js";
import { callKey } from "../../core/rules/alarms.js";
import { untakenText } from "../../core/rules/has_anybody.js";
import { prefix, storage } from "../../core/storage/storage.js";
import { alarmUrl, ruleName } from "../../format/alarm_text.js";
import { permission } from "../alerts/desktop_notifications.js";
import { unreadIcon } from "../alerts/tab_badge.js";
import { maySignal } from "./alarm_sound.js";

const MAX_STEPS = 50;

/**
 * Show one notification per step, in one tab, if the person is not looking at Searchboard.
 * @param {Session} session
 * @param {Alarm} alarm
 */
export function notifyOf(session, alarm) {
  const { alerts } = session;
  if (!alerts?.alarms) return; // the person's settings are not loaded yet
  const key = `${prefix()}alarms-notified`, step = callKey(alarm), notifiedSteps = storage.read(key) ?? [];
  if (notifiedSteps.includes(step)) return;
  storage.write(key, [...notifiedSteps, step].slice(-MAX_STEPS));
  if (permission() !== "granted" || document.hasFocus() || !alerts.alarms.desktop || !maySignal(session)) return;
  try {
    // the tag makes a later step replace the previous one
    const notification = new Notification(alarm.reference ?? "Searchboard", { body: `${ruleName(alarm)}: ${alarm.lapsed_by ? label.event("alarm.lapsed") : untakenText(Boolean(alarm.assignee))}`, tag: `alarm:${alarm.id}`, icon: unreadIcon(), requireInteraction: true });
    notification.onclick = () => {
      focus();
      notification.close();
      location.assign(alarmUrl(alarm));
    };
  } catch {
    // some browsers allow notifications only from a service worker; the watch line shows the alarm anyway
  }
}
