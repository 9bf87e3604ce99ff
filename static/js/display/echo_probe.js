/* Upper bound for the age of a frame. A heartbeat may be delayed by the network, a blocked page or a suspended machine, and no
   clock of the sender tells. So the session sends a ping every second: what arrives after a pong was sent after the ping. */

import { elapsed, readClocks } from "../core/elapsed.js";

const MAX_PINGS = 20; // pings kept; older ones will not be answered
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

  /** A connection opened: pings of the previous one get no answer. */
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
    const at = this.#sentAt.get(id);
    if (!at) return; // a ping of the connection itself
    for (const each of this.#sentAt.keys()) {
      this.#sentAt.delete(each);
      if (each === id) break;
    }
    this.#since = at;
  }

  /** Clock reading before which nothing that arrives now was sent; null until the first pong. */
  get since() {
    return this.#since;
  }

  /** Return whether pings stay unanswered, so that the connection should be checked. */
  get isSilent() {
    const heard = this.#since ?? this.#openedAt;
    return heard !== null && elapsed(heard, this.#now()) > SILENT_MS;
  }
}
