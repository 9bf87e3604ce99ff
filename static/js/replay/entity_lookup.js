/** Look up past states that are missing from a partly loaded journal. Each is requested once, a few at a time. */
import { get, orNull } from "../core/connection/api.js";

const MAX_ACTIVE = 4; // requests at a time
const FEW = 8; // events per id: several kinds of entities may share it
const NEWEST = 2 ** 53; // larger than any seq

export class EntityLookup {
  /** @type {Map<string, BoardEvent | null | undefined>} */ #events = new Map(); // "board kind id before" -> event, null if there is none
  /** @type {{ key: string, kind: Kind | null, board: string, query: URLSearchParams }[]} */ #waiting = [];
  #activeRequests = 0;
  #changed;

  /** @param {() => void} changed runs after each answer */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * Return the state before an event; null if there was none, undefined while unknown.
   * @param {string} board
   * @param {{ kind: Kind | null, id: string, seq: number }} options
   */
  state(board, { kind, id, seq }) {
    const event = this.#ask(board, kind, id, seq);
    return event?.erased ? undefined : event && (event.state ?? null);
  }

  /**
   * Return the current entity; undefined while unknown.
   * @param {string} board
   * @param {string} id
   */
  entity(board, id) {
    const event = this.#ask(board, null, id, NEWEST);
    return event?.state ? event : undefined;
  }

  /** @param {string} board @param {Kind | null} kind @param {string} id @param {number} before */
  #ask(board, kind, id, before) {
    const key = `${board} ${kind} ${id} ${before}`;
    if (!this.#events.has(key)) {
      this.#events.set(key, undefined);
      this.#waiting.push({ key, kind, board, query: new URLSearchParams(/** @type {any} */ ({ entity: id, before, limit: FEW })) });
      this.#next();
    }
    return this.#events.get(key);
  }

  async #next() {
    const next = this.#activeRequests < MAX_ACTIVE && this.#waiting.shift();
    if (!next) return;
    this.#activeRequests += 1;
    const { key, kind, board, query } = next;
    const answer = await orNull(get(`/api/v1/boards/${board}/events?${query}`));
    // without an answer, the text omits it
    if (answer) this.#events.set(key, answer.events.findLast((/** @type {BoardEvent} */ event) => kind === null || event.kind === kind) ?? null);
    this.#activeRequests -= 1;
    this.#changed();
    this.#next();
  }
}
