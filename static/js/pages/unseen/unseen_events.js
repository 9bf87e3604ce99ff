/** Unseen events: how many on each board; for opened boards also net changes and events. */

import { get, orNull } from "../../core/connection/api.js";
import { Entities } from "../../core/connection/sequence.js";

const UNSEEN_URL = "/api/v1/since";
const MAX_EVENTS = 200; // of one board; older ones are in its history

export class UnseenEvents {
  /** @type {any | null} */ list = null; // [{board, epoch, seq, seen, events}], null before the first answer
  failed = false;
  /** @type {Session} */ #session;
  /** @type {() => void} */ #changed;
  #details = new Map(); // board -> {seq, state: "reading" | "read" | "failed", net, back, more, events, lookup}
  #turn = 0;

  /** @param {Session} session @param {() => void} changed */
  constructor(session, changed) {
    this.#session = session;
    this.#changed = changed;
    this.read();
  }

  /** The answer to the latest request wins. */
  async read() {
    const turn = (this.#turn += 1);
    const answer = await orNull(get(UNSEEN_URL));
    if (turn !== this.#turn) return;
    this.failed = answer === null && this.list === null;
    if (answer) this.list = answer.boards;
    this.#changed();
  }

  /**
   * Return whether a board advanced after the list was read.
   * @param {(board: string) => number | null | undefined} headOf (board) -> seq, if known
   */
  isBehind(headOf) {
    return this.list?.some((/** @type {{ board: string, seq: number }} */ { board, seq }) => Number(headOf(board)) > seq) ?? false;
  }

  /** @param {string} board */
  of(board) {
    return this.#details.get(board);
  }

  /**
   * Load unseen events of a board, unless loaded for this position.
   * @param {{ board: string, seq: number, seen: any }} given
   * @param {{ again?: any }} [given]
   */
  async look({ board, seq, seen }, { again = false } = {}) {
    const known = this.#details.get(board);
    const from = seen?.seq ?? 0;
    if (known?.seq === seq && known.from === from && !again) return;
    const detail = { ...known, seq, from, state: known?.state === "read" ? "read" : "reading" };
    this.#details.set(board, detail);
    const [since, events, snapshot] = await Promise.all([
      orNull(get(`${UNSEEN_URL}?board=${board}`)),
      orNull(get(`/api/v1/boards/${board}/events?after=${from}&before=${seq + 1}&limit=${MAX_EVENTS}`)),
      orNull(get(`/api/v1/boards/${board}`)),
    ]);
    if (this.#details.get(board) !== detail) return; // another position was requested meanwhile
    const whole = since?.boards.length && events && snapshot;
    this.#details.set(board, whole ? { ...detail, state: "read", ...read(since.boards[0], events.events, snapshot) } : { seq, from, state: "failed" });
    if (whole) this.#session.ensureAccounts(this.#details.get(board).events);
    this.#changed();
  }
}

/**
 * @param {{ net: any, back: any, more: any }} given
 * @param {JournalEvent[]} events
 * @param {{ board: string, entities: any }} given
 * @returns - {net, …}: `net` changes; `events` visible ones, oldest first; `lookup` the board as it is now
 */
function read({ net, back, more }, events, { board, entities }) {
  const there = Entities.from(entities);
  const lookup = { id: board, get: (/** @type {string} */ id) => there.get(id), one: (/** @type {Kind} */ kind, /** @type {string} */ id) => there.one(kind, id), of: (/** @type {Kind} */ kind) => there.of(kind) };
  return { net, back, more, events: events.filter(({ hidden }) => !hidden), lookup };
}
