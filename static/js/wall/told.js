/* Every few seconds the screen tells the server what it has applied, and whether what is on it is seen as true. One that is not
   heard of has stopped: nothing else could say so, as a screen that has stopped says nothing. */

const EVERY_MS = 5_000;
const PATIENCE_MS = 2_500; // for an answer; a dead line gives none

export class Told {
  #screen;
  #veil;
  #timer = null;
  #asking = null;

  constructor(screen, veil) {
    this.#screen = screen;
    this.#veil = veil;
  }

  connect() {
    this.#timer = setInterval(() => this.tell(), EVERY_MS);
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

  async #send() {
    const contact = this.#screen.contact();
    try {
      const answer = await fetch("/api/v1/wall/told", {
        method: "POST", headers: { "content-type": "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS),
        body: JSON.stringify({ ...contact, current: contact.current && this.#veil.isHeld }),
      });
      return answer.ok;
    } catch {
      return false;
    }
  }
}
