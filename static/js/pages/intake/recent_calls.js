/* Recent calls of this browser, up to a limit: pending, refused, or with their number on the board. */

import { post } from "../../core/connection/api.js";

const MAX_CALLS = 12;

/* A stored entry: {command, board, search, text, urgent, at, files, attached, number, sighting or tip}; `attached` counts its files on
   the board. */
export class RecentCalls {
  /** @type {(entry: any) => void} */ #told;
  /** @type {(command: string) => void} */ #gone;
  /** @type {any} */ #draft;
  /** @type {Session} */ #session;
  /** @type {() => void} */ #changed;
  /** @type {any} */ #entries;
  #asking = new Set();

  /**
   * @param {any} draft - {load, save, late}
   * @param {Session} session
   * @param {{ changed: () => void, told: (entry: any) => void, gone: (command: string) => void }} calls `changed` after each
   *   change, `told` with each entry that got its number, `gone` with each call that was discarded in another window
   */
  constructor(draft, session, { changed, told, gone }) {
    this.#draft = draft;
    this.#session = session;
    this.#changed = changed;
    this.#told = told;
    this.#gone = gone;
    this.#entries = draft.load() ?? [];
    draft.whenLoaded((/** @type {any} */ kept) => this.#keep([...this.#entries, ...kept].slice(0, MAX_CALLS)));
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

  /** A file of a call is on the board. @param {string} command */
  attached(command) {
    this.#change(command, ({ attached = 0 }) => ({ attached: attached + 1 }));
  }

  /** @param {any} command */
  remove(command) {
    this.#keep(this.#entries.filter((/** @type {any} */ entry) => entry.command !== command));
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

  /** @param {any} command @param {string | null} board */
  async #ask(command, board) {
    this.#asking.add(command);
    try {
      const { number, sighting = null, tip = null } = await post("/api/v1/intake/sightings", { id: command, board });
      this.#change(command, () => ({ number, sighting, tip }));
      this.#told(this.#entries.find((/** @type {any} */ entry) => entry.command === command));
    } catch (error) {
      if (/** @type {Refusal} */ (error).status === 422) {
        this.remove(command); // discarded in another window
        this.#gone(command);
      }
    } finally {
      this.#asking.delete(command);
    }
  }

  /** @param {string} command @param {(entry: any) => object} more */
  #change(command, more) {
    this.#keep(this.#entries.map((/** @type {any} */ entry) => (entry.command === command ? { ...entry, ...more(entry) } : entry)));
  }

  /** @param {any} entries */
  #keep(entries) {
    this.#entries = entries;
    this.#draft.save(entries);
    this.#changed();
  }
}
