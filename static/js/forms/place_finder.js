/* Places of the server that match the typed text, for every form with a place; none while offline. */

import { get } from "../core/connection/api.js";
import { placeOption } from "./place_option.js";
import { Selection } from "./selection.js";

const PAUSE_MS = 200; // ms without typing before a request
const MAX_LENGTH = 200; // characters that the server accepts

/** Return the point where the child of a board was last seen: nearer places precede equal names. @param {any} board */
export function searchPoint(board) {
  const searches = [...(board?.of?.("search") ?? [])];
  return searches.length === 1 ? pointOf(searches[0].state.last_seen) : null;
}

/** @param {{ lat?: number | null, lon?: number | null } | null | undefined} place */
export const pointOf = (place) => (typeof place?.lat === "number" && typeof place.lon === "number" ? { lat: place.lat, lon: place.lon } : null);

export class PlaceFinder {
  /** @type {any[]} */ options = [];
  attribution = "";
  /** @type {{ [path: string]: any } | null} */ removed = null; // fields of the point that a change of the text removed
  #selection = new Selection();
  #changed;
  /** @type {string | null} */ #query = null; // requested or shown
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

  /** @param {string} text @param {{ lat: number, lon: number } | null} [near] point of the search */
  find(text, near = null) {
    if (!text.trim()) return this.close();
    const query = String(new URLSearchParams(/** @type {any} */ ({ q: text.slice(0, MAX_LENGTH), ...near })));
    if (query === this.#query) return;
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#selection.clear();
    this.#query = query;
    this.#timer = setTimeout(() => this.#ask(query), PAUSE_MS);
  }

  /** @param {number} step */
  walk(step) {
    this.#selection.walk(this.options, step);
  }

  close() {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#request = this.#query = null;
    this.options = [];
    this.#selection.clear();
  }

  /** @param {string} query */
  async #ask(query) {
    const request = (this.#request = new AbortController());
    try {
      const answer = await get("/api/v1/places", { query: new URLSearchParams(query), signal: request.signal });
      if (request !== this.#request) return;
      this.attribution = answer.attribution;
      this.options = answer.places.map(placeOption);
      this.#changed();
    } catch {
      if (request === this.#request) this.#query = null; // the next keystroke retries; a text without a point is also valid
    }
  }
}
