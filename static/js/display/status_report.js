/* Status reports to the server every few seconds: applied positions, and whether the screen is current. The server notices a screen that
   stops reporting. */

import { post } from "../core/connection/api.js";

const REPORT_MS = 5_000;
const TICK_MS = 1_000; // retry interval
const TIMEOUT_MS = 2_500; // a dead connection never answers

export class StatusReport {
  /** @type {DisplaySession} */ #session;
  /** @type {StaleOverlay} */ #overlay;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;
  /** @type {Promise<boolean> | null} */ #sending = null;
  #acceptedAt = -Infinity;
  /** @type {boolean | null} */ #acceptedCurrent = null; // `current` of the last accepted report

  /** @param {DisplaySession} session @param {StaleOverlay} overlay */
  constructor(session, overlay) {
    this.#session = session;
    this.#overlay = overlay;
  }

  connect() {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.send();
  }

  disconnect() {
    clearInterval(this.#timer);
  }

  /** Send a report, one at a time. Resolves to true if the server accepted it. */
  send() {
    this.#sending ??= this.#post().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  /** Report immediately when `current` changes. */
  #tick() {
    const { current } = this.#status;
    if (current !== this.#acceptedCurrent || performance.now() - this.#acceptedAt > REPORT_MS - TICK_MS / 2) this.send();
  }

  get #status() {
    const contact = this.#session.contact();
    return { ...contact, current: contact.current && this.#overlay.isHeld };
  }

  async #post() {
    const startedAt = performance.now(), contact = this.#status;
    try {
      await post("/api/v1/wall/told", contact, { timeoutMs: TIMEOUT_MS });
      [this.#acceptedAt, this.#acceptedCurrent] = [startedAt, contact.current];
      return true;
    } catch {
      return false;
    }
  }
}
