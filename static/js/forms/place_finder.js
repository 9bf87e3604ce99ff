/* Places from the server's gazetteer that match the typed text; none while offline. */

import { get } from "../core/connection/api.js";
import { placeOption } from "./place_option.js";
import { Selection } from "./selection.js";

const PAUSE_MS = 200; // ms without typing before a request
const MAX_LENGTH = 200; // characters that the server accepts

export class PlaceFinder {
  /** @type {any[]} */ options = [];
  attribution = "";
  /** @type {{ [path: string]: any } | null} */ removed = null; // fields of the point that a change of the text removed
  #selection = new Selection();
  #changed;
  /** @type {Timer | null} */ #timer = null;
  /** @type {AbortController | null} */ #request = null;

  /** @param {() => void} changed runs after each answer */
  constructor(changed) {
    this.#changed = changed;
  }

  get isOpen() {
    return this.options.length > 0;
  }

  /** Index of the option that Enter picks, -1 for none. */
  get active() {
    return this.#selection.indexIn(this.options);
  }

  /** @param {string} text */
  find(text) {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#selection.clear();
    if (!text.trim()) this.close();
    else this.#timer = setTimeout(() => this.#ask(text.slice(0, MAX_LENGTH)), PAUSE_MS);
  }

  /** @param {number} step */
  walk(step) {
    this.#selection.walk(this.options, step);
  }

  close() {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#request = null;
    this.options = [];
    this.#selection.clear();
  }

  /** @param {string} text */
  async #ask(text) {
    const request = (this.#request = new AbortController());
    try {
      const answer = await get(`/api/v1/places?${new URLSearchParams({ q: text })}`, { signal: request.signal });
      if (request !== this.#request) return;
      this.attribution = answer.attribution;
      this.options = answer.places.map(placeOption);
      this.#changed();
    } catch {
      // a text without a point is also valid
    }
  }
}
