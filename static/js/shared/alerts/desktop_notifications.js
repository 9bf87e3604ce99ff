/* Desktop notifications, for kinds that the person chose, in browsers that were allowed to. As others may see the screen, they
   show only the reference and the kind of event. */

import { unreadIcon } from "./tab_badge.js";
import { kindOf, alertUrl } from "./alert_text.js";

const SPREAD = 1_500; // ms: keeps many browsers from loading their lists at the same moment

/** @param {AlertAddress} alert */
const keyOf = ({ board, seq }) => `${board}:${seq}`;

/** Return "granted" | "denied" | "default" | "none" (not supported by this browser). */
export const permission = () => globalThis.Notification?.permission ?? "none";

/** Ask for permission; call it from a click only. */
export const allow = () => Notification.requestPermission();

export class Notifier {
  #alerts;
  /** @type {Set<string> | null} */ #known = null;  // alerts seen by this page: those unread when it opened are no news
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
    else if (!last) this.#known ??= new Set(); // nothing was unread when the page opened: everything from now on is news
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
    const known = this.#known;
    const fresh = known ? list.filter((each) => !known.has(keyOf(each))) : [];
    this.#known = new Set(list.map(keyOf));
    if (document.hasFocus()) return; // the bell shows it
    for (const each of fresh) if (each.desktop && !each.read) this.#show(each);
  }

  /** @param {Alert} alert */
  #show(alert) {
    try {
      // the tag makes several tabs of one browser show it once
      const shown = new Notification(alert.reference ?? "Searchboard", { body: kindOf(alert), tag: keyOf(alert), icon: unreadIcon() });
      shown.onclick = async () => {
        focus();
        shown.close();
        await this.#alerts.opened(alert);
        location.assign(alertUrl(alert));
      };
    } catch {
      // some browsers allow notifications from a service worker only; the bell shows it anyway
    }
  }
}
