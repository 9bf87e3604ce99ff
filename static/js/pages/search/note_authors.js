/** Authors of notes, from the events: the state of a note does not contain them. */

import { get, orNull } from "../../core/connection/api.js";

const RETRY_MS = 30_000; // delay after a failure, because each draw requests them
const MAX_NOTES = 60; // newest notes of a card whose authors are requested

export class NoteAuthors {
  /** @type {string} */ #board;
  #names = new Map();
  /** @type {any} */ #requestedAt = new Map(); // ID of a note -> time of the request in ms

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
   * Request unknown authors. Resolves to true if new authors are known.
   * @param {any[]} notes newest first
   */
  async load(notes) {
    const now = Date.now();
    const isDue = (/** @type {string} */ id) => now - (this.#requestedAt.get(id) ?? -Infinity) > RETRY_MS;
    const unknown = notes.slice(0, MAX_NOTES).filter(({ id, pending }) => !pending && !this.#names.has(id) && isDue(id));
    for (const { id } of unknown) this.#requestedAt.set(id, now);
    await Promise.all(unknown.map((note) => this.#request(note)));
    return unknown.some((/** @type {{ id: string }} */ { id }) => this.#names.has(id));
  }

  // A note never changes, so its last event is its creation.
  /** @param {{ seq: number }} note */
  async #request({ seq }) {
    const answer = await orNull(get(`/api/v1/boards/${this.#board}/events?after=${seq - 1}&limit=1`)); // without an answer, requested again after the delay
    if (answer) this.onEvents(answer.events);
  }
}
