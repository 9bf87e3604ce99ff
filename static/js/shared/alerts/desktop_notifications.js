/* Desktop notifications: where the person chose them for a kind, and this browser was allowed them, by a press. Others may see
   the screen: they say the reference and the kind of event, and nothing else. */

import { unreadIcon } from "./tab_badge.js";
import { kindOf, alertUrl } from "./alert_text.js";

const SPREAD = 1_500; // ms: a thousand browsers that are told of one event don't all ask at one moment

const keyOf = ({ board, seq }) => `${board}:${seq}`;

/** "granted" | "denied" | "default" | "none": there are none in this browser */
export const permission = () => globalThis.Notification?.permission ?? "none";

/** Only from a press. */
export const allow = () => Notification.requestPermission();

export class Notifier {
  #alerts;
  #known = null;  // those that this page has met: what was there when it came is no news
  #last = "";
  #timer = null;

  constructor(alerts) {
    this.#alerts = alerts;
  }

  connect() {
    this.#alerts.watch(() => this.#look());
    return this;
  }

  #look() {
    if (permission() !== "granted") return;
    const { list, last } = this.#alerts;
    if (list) this.#tell(list);
    else if (!last) this.#known ??= new Set(); // nothing was unread when the page came: whatever comes is news
    const newest = last ? keyOf(last) : "";
    if (newest === this.#last) return;
    this.#last = newest;
    if (last && !this.#known?.has(newest)) this.#timer ??= setTimeout(() => this.#read(), this.#known ? Math.random() * SPREAD : 0);
  }

  #read() {
    this.#timer = null;
    this.#alerts.look();
  }

  #tell(list) {
    const fresh = this.#known ? list.filter((each) => !this.#known.has(keyOf(each))) : [];
    this.#known = new Set(list.map(keyOf));
    if (document.hasFocus()) return; // the bell says it
    for (const each of fresh) if (each.desktop && !each.read) this.#show(each);
  }

  #show(alert) {
    try {
      // tabs of one browser show it once: by its tag
      const shown = new Notification(alert.reference ?? "Searchboard", { body: kindOf(alert), tag: keyOf(alert), icon: unreadIcon() });
      shown.onclick = async () => {
        focus();
        shown.close();
        await this.#alerts.opened(alert);
        location.assign(alertUrl(alert));
      };
    } catch {
      // some browsers notify only from a service worker; the bell says it all the same
    }
  }
}
