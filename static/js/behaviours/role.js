/** What this person may do can change while the page is open; no frame says so, so it is asked. */

const EVERY_MS = 10_000; // a button that would be refused is offered for at most this long

export class Role {
  #desk;
  #changed;
  #timer = null;

  /** @param changed called when the role is another one */
  constructor(desk, changed) {
    this.#desk = desk;
    this.#changed = changed;
  }

  connect() {
    this.#timer = setInterval(() => document.hidden || this.ask(), EVERY_MS);
  }

  disconnect() {
    clearInterval(this.#timer);
  }

  async ask() {
    try {
      const answer = await fetch("/api/v1/me", { headers: { accept: "application/json" } });
      if (!answer.ok) return; // an ended session is the connection's to tell
      const { id, role } = await answer.json();
      if (id !== this.#desk.account.id || role === this.#desk.account.role) return;
      this.#desk.account = { ...this.#desk.account, role };
      this.#changed();
    } catch {
      // no line: the bar says so
    }
  }
}
