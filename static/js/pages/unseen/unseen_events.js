/** Unseen events: their number on each board, and for opened boards also the net changes and the events. */

import { get, orNull } from "../../core/connection/api.js";
import { Entities } from "../../core/connection/sequence.js";

const UNSEEN_URL = "/api/v1/since";
const MAX_EVENTS = 200; // per board; older ones are in its history

export class UnseenEvents {
  /** @type {any | null} */ list = null; // [{board, epoch, seq, seen, events}], null before the first answer
  failed = false;
  /** @type {Session} */ #session;
  /** @type {() => void} */ #changed;
  #details = new Map(); // ID of a board -> {seq, state: "reading" | "read" | "failed", net, back, more, events, lookup}
  #turn = 0;

  /** @param {Session} session @param {() => void} changed */
  constructor(session, changed) {
    this.#session = session;
    this.#changed = changed;
    this.read();
  }

  /** Load the list. The answer to the latest request counts. */
  async read() {
    const turn = (this.#turn += 1);
    const answer = await orNull(get(UNSEEN_URL));
    if (turn !== this.#turn) return;
    this.failed = answer === null && this.list === null;
    if (answer) this.list = answer.boards;
    this.#changed();
  }

  /**
   * Return true if a board has new events since the list was loaded.
   * @param {(board: string) => number | null | undefined} headOf (board) -> its seq, if known
   */
  isBehind(headOf) {
    return this.list?.some((/** @type {{ board: string, seq: number }} */ { board, seq }) => Number(headOf(board)) > seq) ?? false;
  }

  /** @param {string} board */
  of(board) {
    return this.#details.get(board);
  }

  /**
   * Load the unseen events of a board, unless they are loaded for this position.
   * @param {{ board: string, seq: number, seen: any }} entry
   * @param {{ again?: any }} [options]
   */
  async load({ board, seq, seen }, { again = false } = {}) {
    const earlier = this.#details.get(board);
    const from = seen?.seq ?? 0;
    if (earlier?.seq === seq && earlier.from === from && !again) return;
    const detail = { ...earlier, seq, from, state: earlier?.state === "read" ? "read" : "reading" };
    this.#details.set(board, detail);
    const [since, events, snapshot] = await Promise.all([
      orNull(get(`${UNSEEN_URL}?board=${board}`)),
      orNull(get(`/api/v1/boards/${board}/events?after=${from}&before=${seq + 1}&limit=${MAX_EVENTS}`)),
      orNull(get(`/api/v1/boards/${board}`)),
    ]);
    if (this.#details.get(board) !== detail) return; // another position has been requested in the meantime
    const isComplete = since?.boards.length && events && snapshot;
    this.#details.set(board, isComplete ? { ...detail, state: "read", ...detailOf(since.boards[0], events.events, snapshot) } : { seq, from, state: "failed" });
    if (isComplete) this.#session.ensureAccounts(this.#details.get(board).events);
    this.#changed();
  }
}

/**
 * @param {{ net: any, back: any, more: any }} summary
 * @param {JournalEvent[]} events
 * @param {{ board: string, entities: any }} snapshot
 * @returns - {net, …}: `events` are the visible ones, oldest first; `lookup` is the present board
 */
function detailOf({ net, back, more }, events, { board, entities }) {
  const present = Entities.from(entities);
  const lookup = { id: board, get: (/** @type {string} */ id) => present.get(id), one: (/** @type {Kind} */ kind, /** @type {string} */ id) => present.one(kind, id), of: (/** @type {Kind} */ kind) => present.of(kind) };
  return { net, back, more, events: events.filter(({ hidden }) => !hidden), lookup };
}
