/** Card filter of a board, kept in the URL for reload, links and the back button. */

import { accountName } from "../../format/values.js";
import { get } from "../../core/connection/api.js";
import { SINCE_LAST_LOOK, NONE, filter, read, written } from "../../shared/card_filter.js";

export class FilterState {
  text = ""; // not in the URL: it may be a name
  /** @type {any} */ values;
  /** @type {string | null} */ problem = null; // why changes since a time are unknown: "reading", "failed"
  #page;
  /** @type {any | null} */ #read = null; // requested time
  /** @type {any | null} */ #since = null; // seq of the board at that time

  /** @param {Pick<SearchView, "session" | "board" | "address" | "notesOf" | "draw"> & { cleared(): void, narrowed(): void }} page `cleared` runs after all filters are removed, `narrowed` after one is set */
  constructor(page) {
    this.#page = page;
    this.values = read(location.search);
  }

  /** True if a filter is active, so that cards may be hidden. */
  get active() {
    return Boolean(this.text.trim()) || Object.values(this.values).some((value) => value !== null);
  }

  get count() {
    return Object.values(this.values).filter((value) => value !== null).length;
  }

  /** @param {string} text */
  find(text) {
    this.text = text;
    this.#page.draw();
  }

  /** @param {string} name @param {any} value */
  set(name, value) {
    this.values = { ...this.values, [name]: value };
    this.#page.address.ask(written(this.values));
    if (value !== null) this.#page.narrowed();
    this.#page.draw();
  }

  /** @param {string} name @param {any} value */
  toggle(name, value) {
    this.set(name, this.values[name] === value ? null : value);
  }

  clear() {
    if (!this.active) return false;
    this.text = "";
    this.values = NONE;
    this.#page.cleared();
    this.#page.address.ask("");
    this.#page.draw();
    return true;
  }

  /**
   * Return (card) -> boolean for the current filters.
   * @param {{ isOverdue: any, isChanged: any }} tests
   */
  isShown({ isOverdue, isChanged }) {
    const { session } = this.#page;
    if (this.#read !== this.values.changed) this.#readSince();
    return filter(this.values, this.text, { account: session.account.id, isOverdue, isChanged, isSince: this.#isSince, nameOf: (/** @type {string} */ id) => accountName(session, id) });
  }

  retry = () => {
    this.#readSince();
    this.#page.draw();
  };

  /**
   * True if a card changed since the chosen time; true for all cards until that is known.
   * @param {{ id: string, seq: number }} card
   */
  #isSince = ({ id, seq }) => {
    const since = this.#since;
    return since === null || seq > since || this.#page.notesOf(id).some((/** @type {any} */ note) => note.seq > since);
  };

  /** Load the seq for a time: states contain the seq of their last change, not its time. */
  async #readSince() {
    const { changed } = this.values;
    this.#read = changed;
    this.#since = this.problem = null;
    if (changed === null || changed === SINCE_LAST_LOOK) return;
    this.problem = "reading";
    const { id, state } = /** @type {Entity} */ (this.#page.board.get(this.#page.board.id));
    const seq = Date.parse(changed) < Date.parse(state.opened_at) ? 0 : await seqAt(id, changed);
    if (changed !== this.values.changed) return; // another time has been chosen in the meantime
    this.#since = seq;
    this.problem = seq === null ? "failed" : null;
    this.#page.draw();
  }
}

/**
 * Return the seq of a board at a time: 0 before its first event, null without an answer.
 * @param {string} board
 * @param {any} time
 */
async function seqAt(board, time) {
  const query = new URLSearchParams({ at: time, limit: "1" });
  try {
    return (await get(`/api/v1/boards/${board}/events?${query}`)).events.at(-1)?.seq ?? 0;
  } catch (error) {
    return /** @type {Refusal} */ (error).status === 404 ? 0 : null;
  }
}
