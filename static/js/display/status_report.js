/* Every few seconds the screen tells the server what it has applied, and whether what is on it is seen as true. One that is not
   heard of has stopped: nothing else could say so, as a screen that has stopped says nothing. */

import { postJson } from "../core/api.js";

const EVERY_MS = 5_000;
const TICK_MS = 1_000;     // what was not taken is told again then
const TIMEOUT_MS = 2_500; // for an answer; a dead line gives none

export class StatusReport {
  #session;
  #overlay;
  #timer = null;
  #asking = null;
  #takenAt = -Infinity;
  #taken = null;             // whether it was current, as it was told then

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

  /** -> Promise: whether the server took it. One at a time. */
  tell() {
    this.#asking ??= this.#send().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  /** That it is not current any more, or is so again, is told at once. */
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
