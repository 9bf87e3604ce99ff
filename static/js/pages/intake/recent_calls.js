/* The calls that were taken here, until there are too many: under way, refused, or with the number that they have on their board. */

import { postJson } from "../../core/api.js";

const MOST = 12;

/* An entry, as kept: {command, board, search, text, at, number, sighting} */
export class RecentCalls {
  #told;
  #draft;
  #session;
  #changed;
  #entries;
  #asking = new Set();

  /** draft: {load, save, late}; changed() after each change, told(entry) when one has its number. */
  constructor(draft, session, changed, told) {
    this.#draft = draft;
    this.#session = session;
    this.#changed = changed;
    this.#told = told;
    this.#entries = draft.load() ?? [];
    draft.whenLoaded((kept) => this.#keep([...this.#entries, ...kept].slice(0, MOST)));
  }

  /** The newest first, each with what the outbox says of it: {…entry, pending}. */
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

  /** Asks for the numbers of those that left the outbox. An id that is known already is answered, and nothing is done again;
      without a text, one that is not known can't become a sighting. */
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
      else if (answer.status === 422) this.remove(command); // it was let go, in another window
    } catch {
      // asked again when the line is back
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
