/* Upper bound for the age of a frame. The network, a blocked page or a suspended machine may delay a heartbeat, and the sender's clock
   does not show it. So the session sends a ping every second: frames that arrive after a pong were sent after its ping. */

import { elapsed, readClocks } from "../core/elapsed.js";

const MAX_PINGS = 20; // remembered pings; older ones will not be answered
const SILENT_MS = 3_000; // ms without a pong: the connection may be dead

export class EchoProbe {
  /** @type {() => ClockReading} */ #now;
  /** @type {Map<string, ClockReading>} */ #sentAt = new Map(); // id -> clock reading, oldest first
  #count = 0;
  /** @type {ClockReading | null} */ #since = null;
  /** @type {ClockReading | null} */ #openedAt = null;

  constructor(now = readClocks) {
    this.#now = now;
  }

  /** Start again on a new connection: pings of the previous one get no answer. */
  opened() {
    this.#sentAt.clear();
    this.#since = null;
    this.#openedAt = this.#now();
  }

  lost() {
    this.opened();
    this.#openedAt = null;
  }

  /**
   * Send a ping; call once a second while connected.
   * @param {(frame: Frame) => boolean} send returns whether the frame was sent
   */
  ask(send) {
    const id = `e${(this.#count += 1)}`;
    if (!send({ type: "ping", id })) return;
    this.#sentAt.set(id, this.#now());
    const [oldest] = this.#sentAt.keys();
    if (this.#sentAt.size > MAX_PINGS) this.#sentAt.delete(oldest);
  }

  /** @param {string} id */
  answered(id) {
    const sentAt = this.#sentAt.get(id);
    if (!sentAt) return; // a ping of the connection itself
    for (const pingId of this.#sentAt.keys()) {
      this.#sentAt.delete(pingId);
      if (pingId === id) break;
    }
    this.#since = sentAt;
  }

  /** Clock reading that is not later than the sending of any new frame; null until the first pong. */
  get since() {
    return this.#since;
  }

  /** True if pings are unanswered, so that the connection should be checked. */
  get isSilent() {
    const lastAnswer = this.#since ?? this.#openedAt;
    return lastAnswer !== null && elapsed(lastAnswer, this.#now()) > SILENT_MS;
  }
}
