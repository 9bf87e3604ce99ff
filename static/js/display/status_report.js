/* Status reports to the server every few seconds: applied positions, and whether the screen counts as current. A screen that
   stops reporting is known to have stopped. */

import { postJson } from "../core/api.js";

const EVERY_MS = 5_000;
const TICK_MS = 1_000;     // retry interval
const TIMEOUT_MS = 2_500; // a dead connection never answers

export class StatusReport {
  /** @type {DisplaySession} */ #session;
  /** @type {import("./stale_overlay.js").StaleOverlay} */ #overlay;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;
  /** @type {Promise<boolean> | null} */ #asking = null;
  #takenAt = -Infinity;
  /** @type {boolean | null} */ #taken = null;             // `current` of the last accepted report

  /**
   * @param {DisplaySession} session
   * @param {import("./stale_overlay.js").StaleOverlay} overlay
   */
  constructor(session, overlay) {
    this.#session = session;
    this.#overlay = overlay;
  }

  connect() {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.tell();
  }

  disconnect() {
    clearInterval(this.#timer);
  }

  /** Send a report, one at a time. Resolves to whether the server accepted it. */
  tell() {
    this.#asking ??= this.#send().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  /** Report at once when `current` changes. */
  #tick() {
    const { current } = this.#contact;
    if (current !== this.#taken || performance.now() - this.#takenAt > EVERY_MS - TICK_MS / 2) this.tell();
  }

  get #contact() {
    const contact = this.#session.contact();
    return { ...contact, current: contact.current && this.#overlay.isHeld };
  }

  async #send() {
    const began = performance.now(), contact = this.#contact;
    try {
      const answer = await postJson("/api/v1/wall/told", contact, { timeoutMs: TIMEOUT_MS });
      if (answer.ok) [this.#takenAt, this.#taken] = [began, contact.current];
      return answer.ok;
    } catch {
      return false;
    }
  }
}
