/* How old a frame may be. A heartbeat proves how things stood when it was sent, not when it is read: it may have waited in a line
   that held it, behind a page that was blocked, or through the sleep of a machine. So this screen asks the server something every
   second. What comes after an answer was sent after the question, whatever any clock says. */

import { elapsed, readClocks } from "../core/elapsed.js";

const WAITING = 20;      // questions at most: older ones will not be answered any more
const SILENT = 3_000;    // ms without an answer: the line may be dead

export class EchoProbe {
  #now;
  #asked = new Map();    // id -> reading, in the order in which they were asked
  #count = 0;
  #since = null;
  #openedAt = null;

  constructor(now = readClocks) {
    this.#now = now;
  }

  /** There is a line: what was asked on the one before is answered no more. */
  opened() {
    this.#asked.clear();
    this.#since = null;
    this.#openedAt = this.#now();
  }

  lost() {
    this.opened();
    this.#openedAt = null;
  }

  /** Once a second, on an open line. send: (frame) -> whether it was sent */
  ask(send) {
    const id = `e${(this.#count += 1)}`;
    if (!send({ type: "ping", id })) return;
    this.#asked.set(id, this.#now());
    if (this.#asked.size > WAITING) this.#asked.delete(this.#asked.keys().next().value);
  }

  answered(id) {
    const at = this.#asked.get(id);
    if (!at) return; // the line's own
    for (const each of this.#asked.keys()) {
      this.#asked.delete(each);
      if (each === id) break;
    }
    this.#since = at;
  }

  /** -> reading: what comes now was sent after it; null while that is not known of this line */
  get since() {
    return this.#since;
  }

  /** Whether the line should be looked at: it was asked, and says nothing. */
  get isSilent() {
    const heard = this.#since ?? this.#openedAt;
    return heard !== null && elapsed(heard, this.#now()) > SILENT;
  }
}
