/** Closed searches for a child with the typed name. None while offline. */

import { post } from "../../../core/connection/api.js";
import { isLimited } from "../../../core/rules/roles.js";

const PAUSE_MS = 300; // ms without typing before the request
const MIN_LENGTH = 2; // characters of a first name

export class EarlierSearches {
  /** @type {EarlierSearch[]} */ found = [];
  /** @type {string | null} */ #board;
  /** @type {() => void} */ #changed;
  #requestedKey = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {string | null} board the edited search, if any @param {() => void} changed */
  constructor(board, changed) {
    this.#board = board;
    this.#changed = changed;
  }

  /**
   * Request the searches of a name, unless they were already requested. Searches for a child who looks like `looks` are first.
   * @param {{ first_name: string | null, last_name: string | null }} name
   * @param {string} [looks]
   */
  look({ first_name: first, last_name: last }, looks = "") {
    const body = isLimited() || (first ?? "").trim().length < MIN_LENGTH ? null
      : { first_name: first?.slice(0, 200), last_name: last?.slice(0, 200) ?? null, board: this.#board, ...(looks && { looks: looks.slice(0, 2_000) }) };
    const key = body ? JSON.stringify(body) : "";
    if (key === this.#requestedKey) return;
    this.#requestedKey = key;
    clearTimeout(this.#timer);
    if (body) this.#timer = setTimeout(() => this.#request(body, key), PAUSE_MS);
    else this.found = [];
  }

  /** @param {object} body @param {string} key */
  async #request(body, key) {
    /** @type {EarlierSearch[]} */
    let searches = [];
    try {
      ({ searches: searches } = await post("/api/v1/earlier", body, { repeat: true }));
    } catch {
      if (key === this.#requestedKey) this.#requestedKey = ""; // the next keystroke retries
    }
    if (key !== this.#requestedKey && searches.length) return; // another name was requested in the meantime
    if (!searches.length && !this.found.length) return;
    this.found = searches;
    this.#changed();
  }
}
