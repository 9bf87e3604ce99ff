/** Closed searches for a child of the name that is being typed. None while offline. */

import { post } from "../../../core/connection/api.js";

const PAUSE_MS = 300; // without typing before the request
const SHORTEST = 2; // letters of a first name

export class EarlierSearches {
  /** @type {EarlierSearch[]} */ found = [];
  /** @type {string | null} */ #board;
  /** @type {() => void} */ #changed;
  #asked = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {string | null} board the search that is edited, if there is one @param {() => void} changed */
  constructor(board, changed) {
    this.#board = board;
    this.#changed = changed;
  }

  /**
   * Ask about a name, unless it was asked about already.
   * @param {{ first_name: string | null, last_name: string | null }} name
   */
  look({ first_name: first, last_name: last }) {
    const body = (first ?? "").trim().length < SHORTEST ? null : { first_name: first?.slice(0, 200), last_name: last?.slice(0, 200) ?? null, board: this.#board };
    const asked = body ? JSON.stringify(body) : "";
    if (asked === this.#asked) return;
    this.#asked = asked;
    clearTimeout(this.#timer);
    if (body) this.#timer = setTimeout(() => this.#ask(body, asked), PAUSE_MS);
    else this.found = [];
  }

  /** @param {object} body @param {string} asked */
  async #ask(body, asked) {
    /** @type {EarlierSearch[]} */
    let found = [];
    try {
      ({ searches: found } = await post("/api/v1/earlier", body, { repeat: true }));
    } catch {
      if (asked === this.#asked) this.#asked = ""; // asked again at the next key
    }
    if (asked !== this.#asked && found.length) return; // another name by now
    if (!found.length && !this.found.length) return;
    this.found = found;
    this.#changed();
  }
}
