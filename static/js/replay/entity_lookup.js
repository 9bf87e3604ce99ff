/** What a journal that was not read to its beginning does not know: what something was at a seq. Each is asked for once, few at a time. */
import { getJson } from "../core/api.js";

const AT_ONCE = 4; // questions on the way
const FEW = 8; // events of an id: another kind of thing may have it too
const NEWEST = 2 ** 53; // a seq beyond all others

export class EntityLookup {
  #known = new Map(); // "board kind id before" -> the event, null where there is none
  #waiting = [];
  #under = 0;
  #changed;

  /** @param changed called when something was learned */
  constructor(changed) {
    this.#changed = changed;
  }

  /** The state of the entity of an event before it; null where there was none, undefined while it is not known. */
  state(board, { kind, id, seq }) {
    const event = this.#ask(board, kind, id, seq);
    return event?.erased ? undefined : event && (event.state ?? null);
  }

  /** What an entity is now; undefined while it is not known. */
  entity(board, id) {
    const event = this.#ask(board, null, id, NEWEST);
    return event?.state ? event : undefined;
  }

  #ask(board, kind, id, before) {
    const key = `${board} ${kind} ${id} ${before}`;
    if (!this.#known.has(key)) {
      this.#known.set(key, undefined);
      this.#waiting.push({ key, kind, board, query: new URLSearchParams({ entity: id, before, limit: FEW }) });
      this.#next();
    }
    return this.#known.get(key);
  }

  async #next() {
    if (this.#under >= AT_ONCE || !this.#waiting.length) return;
    this.#under += 1;
    const { key, kind, board, query } = this.#waiting.shift();
    const answer = await getJson(`/api/v1/boards/${board}/events?${query}`);
    // without one, the sentence stands without it
    if (answer) this.#known.set(key, answer.events.findLast((event) => kind === null || event.kind === kind) ?? null);
    this.#under -= 1;
    this.#changed();
    this.#next();
  }
}
