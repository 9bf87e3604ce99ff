/* Suggestions of the server while a call is typed; none while offline. */

import { get, post } from "../../core/connection/api.js";

const PAUSE_MS = 200; // ms without typing before the request

export class Suggestions {
  /** @type {any[]} */ searches = [];
  /** @type {any[]} */ similar = [];
  /** @type {any[]} */ tips = [];
  /** @type {() => void} */ #changed;
  /** @type {Set<string>} */ #failed = new Set();
  /** @type {Map<string, any>} */ #requests = new Map(); // kind -> {key, timer, abort}

  /** @param {() => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * Request suggestions after a change of the call.
   * @param {Record<string, any>} call
   */
  look({ board, search, text, where, place }) {
    const point = place ? { lat: place.lat, lon: place.lon } : null;
    const query = new URLSearchParams({ ...(board ? {} : { q: search.slice(0, 200) }), ...point });
    this.#schedule("searches", (!board && search.trim()) || point ? "/api/v1/intake/searches" : null, query);
    const body = { ...(text.trim() && { text: text.slice(0, 4_000) }), ...(where.trim() && { place: { text: where.slice(0, 200), ...point } }) };
    const url = text.trim() || (board && place) ? `/api/v1/boards/${board ?? "operations"}/similar` : null;
    this.#schedule("similar", url, url && body);
  }

  /**
   * Return true if the server has answered the latest request of a kind.
   * @param {"searches" | "similar"} kind
   */
  answered(kind) {
    return this.#requests.get(kind)?.answered === true;
  }

  /**
   * Return true if a request is unanswered or has failed, so that "none" would be wrong.
   * @param {"searches" | "similar"} kind
   */
  isUnknown(kind) {
    return this.#failed.has(kind) || (Boolean(this.#requests.get(kind)?.key) && !this.answered(kind));
  }

  /** @param {"searches" | "similar"} kind @param {string | null} url @param {URLSearchParams | object | null} [asked] the query of a GET, or the body of a POST */
  #schedule(kind, url, asked = null) {
    const key = url && `${url} ${asked instanceof URLSearchParams ? asked : JSON.stringify(asked)}`;
    const previous = this.#requests.get(kind);
    if ((previous?.key ?? null) === key) return;
    clearTimeout(previous?.timer);
    previous?.abort.abort();
    this.#failed.delete(kind);
    const abort = new AbortController();
    const timer = url === null ? null : setTimeout(() => this.#fetch(kind, url, asked, abort.signal), PAUSE_MS);
    this.#requests.set(kind, { key, timer, abort });
    if (url === null) this.#take(kind, []);
  }

  /** @param {"searches" | "similar"} kind @param {string} url @param {any} asked @param {AbortSignal} signal */
  async #fetch(kind, url, asked, signal) {
    try {
      const answer = await (asked instanceof URLSearchParams ? get(url, { query: asked, signal }) : post(url, asked, { signal, repeat: true }));
      if (signal.aborted) return;
      Object.assign(this.#requests.get(kind) ?? {}, { answered: true });
      this.#take(kind, answer[kind], answer.tips);
    } catch {
      if (signal.aborted) return;
      this.#requests.delete(kind); // the next keystroke retries
      this.#failed.add(kind);
      this.#take(kind, []);
    }
  }

  /** @param {"searches" | "similar"} kind @param {any[]} suggestions @param {any[]} [tips] */
  #take(kind, suggestions, tips = []) {
    if (!this[kind].length && !suggestions.length && !this.answered(kind)) return;
    this[kind] = suggestions;
    if (kind === "similar") this.tips = tips;
    this.#changed();
  }
}
