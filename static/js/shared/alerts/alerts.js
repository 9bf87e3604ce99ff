/* This person's alerts: the count, which the socket pushes, and the list, which is loaded on demand. Reading an alert marks it as read on
   all screens. */

import { get, orNull, post } from "../../core/connection/api.js";

const ADDRESS = "/api/v1/alerts";

export class Alerts {
  unread = 0;
  /** @type {AlertAddress | null} */ last = null;    // newest unread alert: {board, seq}
  quiet = false;
  /** @type {AlarmSignals | null} */ alarms = null; // settings of alarm signals; null until the server has sent them
  /** @type {Alert[] | null} */ list = null;    // null until loaded
  failed = false;
  #session;
  /** @type {Set<(alerts: Alerts) => void>} */ #watchers = new Set();
  #requestNumber = 0;

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
    session.alerts = this;
  }

  /**
   * Call fn(alerts) after each change.
   * @param {(alerts: Alerts) => void} fn
   * @returns {() => void} stops it
   */
  watch(fn) {
    this.#watchers.add(fn);
    return () => this.#watchers.delete(fn);
  }

  /** Subscribe; the connection is open. */
  ask() {
    this.#session.transmit({ type: "alerts" });
  }

  /**
   * Apply a frame of the socket.
   * @param {AlertsFrame} frame
   */
  onFrame({ unread, last, quiet, alarms }) {
    Object.assign(this, { unread, last, quiet, alarms });
    this.#changed();
  }

  /** Load the list. If answers arrive out of order, the later request wins. */
  async load() {
    const requestNumber = (this.#requestNumber += 1);
    const answer = await orNull(get(ADDRESS));
    if (requestNumber !== this.#requestNumber) return;
    this.failed = answer === null;
    if (answer) Object.assign(this, { list: answer.alerts, unread: answer.unread, quiet: answer.quiet });
    this.#changed();
  }

  /**
   * Mark an alert as read. Works while the page is closing.
   * @param {AlertAddress} alert
   */
  markRead({ board, seq }) {
    return this.#read({ alerts: [{ board, seq }] }, (alert) => alert.board === board && alert.seq === seq);
  }

  markAllRead() {
    return this.#read({ all: true }, () => true);
  }

  /** @param {object} body @param {(alert: Alert) => boolean} isRead */
  async #read(body, isRead) {
    const answer = await orNull(post(`${ADDRESS}/read`, body, { keepalive: true }));
    this.failed = answer === null;
    if (answer) {
      this.unread = answer.unread;
      this.list = this.list?.map((alert) => (isRead(alert) ? { ...alert, read: true } : alert)) ?? null;
    }
    this.#changed();
  }

  #changed() {
    for (const fn of this.#watchers) fn(this);
  }
}
