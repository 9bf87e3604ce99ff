/* Recent calls of this browser, up to a limit: pending, refused, or with their number on the board. */

import { postJson } from "../../core/api.js";

const MOST = 12;

/* A stored entry: {command, board, search, text, at, number, sighting} */
export class RecentCalls {
  #told;
  #draft;
  #session;
  #changed;
  #entries;
  #asking = new Set();

  /**
   * @param draft {load, save, late}
   * @param changed called after each change
   * @param told called with each entry that got its number
   */
  constructor(draft, session, changed, told) {
    this.#draft = draft;
    this.#session = session;
    this.#changed = changed;
    this.#told = told;
    this.#entries = draft.load() ?? [];
    draft.whenLoaded((kept) => this.#keep([...this.#entries, ...kept].slice(0, MOST)));
  }

  /** Entries with their outbox state, newest first: {…entry, pending}. */
  get shown() {
    const pending = new Map(this.#session.outbox.pending().map((entry) => [entry.id, entry]));
    return this.#entries.map((entry) => ({ ...entry, pending: pending.get(entry.command) ?? null }));
  }

  add(entry) {
    this.#keep([{ number: null, sighting: null, ...entry }, ...this.#entries].slice(0, MOST));
  }

  remove(command) {
    this.#keep(this.#entries.filter((entry) => entry.command !== command));
  }

  /**
   * Request the numbers of calls that left the outbox. The server answers known command ids without acting again; without a
   * text, an unknown id cannot create a sighting.
   */
  settle() {
    for (const { command, board, number, pending } of this.shown) {
      if (number === null && !pending && !this.#asking.has(command)) this.#ask(command, board);
    }
  }

  async #ask(command, board) {
    this.#asking.add(command);
    try {
      const answer = await postJson("/api/v1/intake/sightings", { id: command, board });
      if (answer.ok) this.#number(command, await answer.json());
      else if (answer.status === 422) this.remove(command); // discarded in another window
    } catch {
      // retried when connected
    } finally {
      this.#asking.delete(command);
    }
  }

  #number(command, { number, sighting }) {
    this.#keep(this.#entries.map((entry) => (entry.command === command ? { ...entry, number, sighting } : entry)));
    this.#told(this.#entries.find((entry) => entry.command === command));
  }

  #keep(entries) {
    this.#entries = entries;
    this.#draft.save(entries);
    this.#changed();
  }
}
