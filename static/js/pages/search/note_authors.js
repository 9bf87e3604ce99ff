/** Authors of notes, read from the events: a note's state does not contain them. */

import { get, orNull } from "../../core/connection/api.js";

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
    await Promise.all(unknown.map((note) => this.#ask(note)));
    return unknown.some((/** @type {{ id: string }} */ { id }) => this.#names.has(id));
  }

  // A note never changes: its last event is its creation.
  /** @param {{ seq: number }} given */
  async #ask({ seq }) {
    const answer = await orNull(get(`/api/v1/boards/${this.#board}/events?after=${seq - 1}&limit=1`)); // without one, retried after the delay
    if (answer) this.onEvents(answer.events);
  }
}
