/* Places that fit what is typed in a field, from the server's gazetteer; none while offline. */

import { get } from "../core/connection/api.js";
import { placeOption } from "./place_option.js";
import { Selection } from "./selection.js";

const PAUSE_MS = 200; // without typing before the request
const MAX_LENGTH = 200; // characters that the server accepts

export class PlaceFinder {
  /** @type {any[]} */ options = [];
  attribution = "";
  /** @type {{ [path: string]: any } | null} */ removed = null; // fields of the point that was removed as the text changed
  #selection = new Selection();
  #changed;
  /** @type {Timer | null} */ #timer = null;
  /** @type {AbortController | null} */ #asking = null;

  /** @param {() => void} changed called after each answer */
  constructor(changed) {
    this.#changed = changed;
  }

  get isOpen() {
    return this.options.length > 0;
  }

  /** Return the index of the option that Enter takes, -1 for none. */
  get active() {
    return this.#selection.indexIn(this.options);
  }

  /** @param {string} text */
  find(text) {
    clearTimeout(this.#timer);
    this.#asking?.abort();
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
    this.#asking?.abort();
    this.#asking = null;
    this.options = [];
    this.#selection.clear();
  }

  /** @param {string} text */
  async #ask(text) {
    const asking = (this.#asking = new AbortController());
    try {
      const found = await get(`/api/v1/places?${new URLSearchParams({ q: text })}`, { signal: asking.signal });
      if (asking !== this.#asking) return;
      this.attribution = found.attribution;
      this.options = found.places.map(placeOption);
      this.#changed();
    } catch {
      // the text alone is a place too
    }
  }
}
