/* Searches linked to this page's search that this person may see. The server provides them, because their names are on other boards. */

import { get, orNull } from "../core/connection/api.js";

export class LinkedSearches {
  /** @type {LinkedSearch[]} */ all = [];
  /** Number of talks offered after earlier disappearances. */ talks = 0;
  #board;
  #draw;
  #hasAsked = false;

  /** @param {string} board @param {() => void} draw */
  constructor(board, draw) {
    this.#board = board;
    this.#draw = draw;
  }

  /** Searches of children who disappeared together with this child. */
  get together() {
    return this.all.filter(({ how }) => how === "together");
  }

  /** Load the list once. */
  read() {
    if (!this.#hasAsked) this.#load();
  }

  /** @param {JournalEvent[]} events */
  onEvents(events) {
    if (this.#hasAsked && events.some(({ type, changes }) => type === "search.linked" || type === "search.access_set" || changes?.some((path) => path.startsWith("earlier")))) this.#load();
  }

  forget() {
    this.all = [];
    this.talks = 0;
    this.#hasAsked = false;
  }

  async #load() {
    this.#hasAsked = true;
    const answer = await orNull(get(`/api/v1/boards/${this.#board}/links`));
    if (!answer) return;
    this.all = answer.links;
    this.talks = answer.earlier_talks;
    this.#draw();
  }
}
