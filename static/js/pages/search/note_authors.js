/** Authors of notes, read from the events: a note's state does not contain them. */

import { request } from "../../core/api.js";

const MAX_CONCURRENT = 4; // concurrent requests
const RETRY_MS = 30_000; // delay after a failure: every draw asks
const MAX_NOTES = 60; // newest notes of a card to ask about

export class NoteAuthors {
  /** @type {string} */ #board;
  #names = new Map();
  /** @type {any} */ #asked = new Map(); // note -> ms of the request

  /** @param {string} board */
  constructor(board) {
    this.#board = board;
  }

  /** @param {any} note */
  get(note) {
    return this.#names.get(note);
  }

  /** @param {JournalEvent[]} events */
  onEvents(events) {
    for (const { type, id, actor } of events) if (type === "note.added" && actor) this.#names.set(id, actor.name);
  }

  /**
   * Request unknown authors. Resolves to whether something was learned.
   * @param {any[]} notes newest first
   */
  async learn(notes) {
    const now = Date.now();
    const isDue = (/** @type {string} */ id) => now - (this.#asked.get(id) ?? -Infinity) > RETRY_MS;
    const unknown = notes.slice(0, MAX_NOTES).filter(({ id, pending }) => !pending && !this.#names.has(id) && isDue(id));
    for (const { id } of unknown) this.#asked.set(id, now);
    const work = unknown.slice();
    await Promise.all(Array.from({ length: MAX_CONCURRENT }, async () => {
      for (let note = work.shift(); note; note = work.shift()) await this.#ask(note);
    }));
    return unknown.some((/** @type {{ id: string }} */ { id }) => this.#names.has(id));
  }

  // A note never changes: its last event is its creation.
  /** @param {{ seq: number }} given */
  async #ask({ seq }) {
    try {
      const answer = await request(`/api/v1/boards/${this.#board}/events?after=${seq - 1}&limit=1`);
      if (answer.ok) this.onEvents((await answer.json()).events);
    } catch {
      // retried after the delay
    }
  }
}
