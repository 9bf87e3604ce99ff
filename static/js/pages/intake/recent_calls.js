/* Recent calls of this browser: pending, refused, or with their number on the board. */

import { post } from "../../core/connection/api.js";

const MAX_CALLS = 12;

/* A stored entry: {command, board, search, text, urgent, at, files, attached, number, sighting or tip}; `attached` counts its files on
   the board. */
export class RecentCalls {
  /** @type {(entry: any) => void} */ #onNumbered;
  /** @type {(command: string) => void} */ #onDiscarded;
  /** @type {any} */ #draft;
  /** @type {Session} */ #session;
  /** @type {() => void} */ #changed;
  /** @type {any} */ #entries;
  #requesting = new Set();

  /**
   * @param {any} draft - {load, save, late}
   * @param {Session} session
   * @param {{ changed: () => void, numbered: (entry: any) => void, discarded: (command: string) => void }} calls `changed` runs after each
   *   change, `numbered` receives each entry that got its number, `discarded` each call that was discarded in another window
   */
  constructor(draft, session, { changed, numbered, discarded }) {
    this.#draft = draft;
    this.#session = session;
    this.#changed = changed;
    this.#onNumbered = numbered;
    this.#onDiscarded = discarded;
    this.#entries = draft.load() ?? [];
    draft.whenLoaded((/** @type {any} */ storedCalls) => this.#keep([...this.#entries, ...storedCalls].slice(0, MAX_CALLS)));
  }

  /** Entries with their outbox state, newest first: {…entry, pending}. */
  get shown() {
    const pending = new Map(this.#session.outbox.pending().map((/** @type {any} */ entry) => [entry.id, entry]));
    return this.#entries.map((/** @type {any} */ entry) => ({ ...entry, pending: pending.get(entry.command) ?? null }));
  }

  /** @param {any} entry */
  add(entry) {
    this.#keep([{ number: null, sighting: null, attached: 0, ...entry }, ...this.#entries].slice(0, MAX_CALLS));
  }

  /** Count a file of a call that is on the board. @param {string} command */
  attached(command) {
    this.#change(command, ({ attached = 0 }) => ({ attached: attached + 1 }));
  }

  /** @param {any} command */
  remove(command) {
    this.#keep(this.#entries.filter((/** @type {any} */ entry) => entry.command !== command));
  }

  /**
   * Request the numbers of calls that left the outbox. The server does not execute known command ids again; without a text, an unknown
   * id cannot create a sighting.
   */
  settle() {
    for (const { command, board, number, pending } of this.shown) {
      if (number === null && !pending && !this.#requesting.has(command)) this.#request(command, board);
    }
  }

  /** @param {any} command @param {string | null} board */
  async #request(command, board) {
    this.#requesting.add(command);
    try {
      const { number, sighting = null, tip = null } = await post("/api/v1/intake/sightings", { id: command, board });
      this.#change(command, () => ({ number, sighting, tip }));
      this.#onNumbered(this.#entries.find((/** @type {any} */ entry) => entry.command === command));
    } catch (error) {
      if (/** @type {Refusal} */ (error).status === 422) {
        this.remove(command); // discarded in another window
        this.#onDiscarded(command);
      }
    } finally {
      this.#requesting.delete(command);
    }
  }

  /** @param {string} command @param {(entry: any) => object} getChanges */
  #change(command, getChanges) {
    this.#keep(this.#entries.map((/** @type {any} */ entry) => (entry.command === command ? { ...entry, ...getChanges(entry) } : entry)));
  }

  /** @param {any} entries */
  #keep(entries) {
    this.#entries = entries;
    this.#draft.save(entries);
    this.#changed();
  }
}
