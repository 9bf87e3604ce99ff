/* Desktop notifications of the chosen kinds, in browsers with permission. They show only the reference and the kind of event, because
   others may see the screen. */

import { unreadIcon } from "./tab_badge.js";
import { kindOf, alertUrl } from "./alert_text.js";

const SPREAD = 1_500; // ms: prevents many browsers from loading their lists at the same moment

/** @param {AlertAddress} alert */
const keyOf = ({ board, seq }) => `${board}:${seq}`;

/** Return "granted" | "denied" | "default" | "none" (not supported by this browser). */
export const permission = () => globalThis.Notification?.permission ?? "none";

/** Request permission. Call it only from a click. */
export const allow = () => Notification.requestPermission();

export class Notifier {
  #alerts;
  /** @type {Set<string> | null} */ #known = null;  // alerts that are not news, including those that were unread when the page opened
  #last = "";
  /** @type {Timer | null} */ #timer = null;

  /** @param {Alerts} alerts */
  constructor(alerts) {
    this.#alerts = alerts;
    this.#alerts.watch(() => this.#load());
  }

  #load() {
    if (permission() !== "granted") return;
    const { list, last } = this.#alerts;
    if (list) this.#notify(list);
    else if (!last) this.#known ??= new Set(); // nothing was unread when the page opened: everything later is news
    const newest = last ? keyOf(last) : "";
    if (newest === this.#last) return;
    this.#last = newest;
    if (last && !this.#known?.has(newest)) this.#timer ??= setTimeout(() => this.#read(), this.#known ? Math.random() * SPREAD : 0);
  }

  #read() {
    this.#timer = null;
    this.#alerts.load();
  }

  /** @param {Alert[]} list */
  #notify(list) {
    const knownAlerts = this.#known;
    const fresh = knownAlerts ? list.filter((alert) => !knownAlerts.has(keyOf(alert))) : [];
    this.#known = new Set(list.map(keyOf));
    if (document.hasFocus()) return; // the bell shows it
    for (const alert of fresh) if (alert.desktop && !alert.read) this.#show(alert);
  }

  /** @param {Alert} alert */
  #show(alert) {
    try {
      // the tag prevents duplicates from several tabs of one browser
      const notification = new Notification(alert.reference ?? "Searchboard", { body: kindOf(alert), tag: keyOf(alert), icon: unreadIcon() });
      notification.onclick = async () => {
        focus();
        notification.close();
        await this.#alerts.markRead(alert);
        location.assign(alertUrl(alert));
      };
    } catch {
      // some browsers allow notifications only from a service worker; the bell shows the alert anyway
    }
  }
}
