/** Who wrote a note. A note's state does not say; the event that made it does. */

import { request } from "../../core/api.js";

const AT_ONCE = 4; // questions on the way at a time
const ASK_AGAIN_MS = 30_000; // after an answer that did not come: every draw asks, and the line may be down for long
const MOST = 60; // notes asked about for one card: the newest, those that are read

export class NoteAuthors {
  #board;
  #names = new Map();
  #asked = new Map(); // note -> when, ms

  constructor(board) {
    this.#board = board;
  }

  get(note) {
    return this.#names.get(note);
  }

  onEvents(events) {
    for (const { type, id, actor } of events) if (type === "note.added" && actor) this.#names.set(id, actor.name);
  }

  /** @param notes newest first; those that are not known are asked for. Resolves to whether something was learned. */
  async learn(notes) {
    const now = Date.now();
    const isDue = (id) => now - (this.#asked.get(id) ?? -Infinity) > ASK_AGAIN_MS;
    const unknown = notes.slice(0, MOST).filter(({ id, pending }) => !pending && !this.#names.has(id) && isDue(id));
    for (const { id } of unknown) this.#asked.set(id, now);
    const work = unknown.slice();
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let note = work.shift(); note; note = work.shift()) await this.#ask(note);
    }));
    return unknown.some(({ id }) => this.#names.has(id));
  }

  // A note never changes, so the last event that changed it is the one that made it.
  async #ask({ seq }) {
    try {
      const answer = await request(`/api/v1/boards/${this.#board}/events?after=${seq - 1}&limit=1`);
      if (answer.ok) this.onEvents((await answer.json()).events);
    } catch {
      // asked again when its time has come
    }
  }
}
