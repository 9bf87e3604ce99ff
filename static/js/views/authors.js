/** Who wrote a note. A note's state does not say; the event that made it does. */

const AT_ONCE = 4; // questions on the way at a time
const MOST = 60; // notes asked about for one card: the newest, those that are read

export class Authors {
  #board;
  #names = new Map();
  #asked = new Set();

  constructor(board) {
    this.#board = board;
  }

  get(note) {
    return this.#names.get(note);
  }

  hear(events) {
    for (const { type, id, actor } of events) if (type === "note.added" && actor) this.#names.set(id, actor.name);
  }

  /** @param notes newest first; those that are not known are asked for. Resolves to whether something was learned. */
  async learn(notes) {
    const unknown = notes.slice(0, MOST).filter(({ id, pending }) => !pending && !this.#names.has(id) && !this.#asked.has(id));
    for (const { id } of unknown) this.#asked.add(id);
    const work = unknown.slice();
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let note = work.shift(); note; note = work.shift()) await this.#ask(note);
    }));
    return unknown.length > 0;
  }

  // A note never changes, so the last event that changed it is the one that made it.
  async #ask({ id, seq }) {
    try {
      const answer = await fetch(`/api/v1/boards/${this.#board}/events?after=${seq - 1}&limit=1`);
      if (answer.ok) this.hear((await answer.json()).events);
    } catch {
      this.#asked.delete(id);
    }
  }
}
