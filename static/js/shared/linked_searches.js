/* Searches linked to the one of this page, as far as this person may see them: their names are on other boards, so the server is asked. */

import { get, orNull } from "../core/connection/api.js";

export class LinkedSearches {
  /** @type {LinkedSearch[]} */ all = [];
  #board;
  #draw;
  #hasAsked = false;

  /** @param {string} board @param {() => void} draw */
  constructor(board, draw) {
    this.#board = board;
    this.#draw = draw;
  }

  /** Searches of the children who disappeared together with this one. */
  get together() {
    return this.all.filter(({ how }) => how === "together");
  }

  /** Load the list once. */
  read() {
    if (!this.#hasAsked) this.#load();
  }

  /** @param {JournalEvent[]} events */
  onEvents(events) {
    if (this.#hasAsked && events.some(({ type }) => type === "search.linked" || type === "search.access_set")) this.#load();
  }

  forget() {
    this.all = [];
    this.#hasAsked = false;
  }

  async #load() {
    this.#hasAsked = true;
    const answer = await orNull(get(`/api/v1/boards/${this.#board}/links`));
    if (!answer) return;
    this.all = answer.links;
    this.#draw();
  }
}
