/* Server suggestions while a call is typed; none while offline. */

import { get, post } from "../../core/connection/api.js";

const PAUSE_MS = 200; // ms without typing before the request

export class Suggestions {
  /** @type {any[]} */ places = [];
  attribution = "";
  /** @type {any[]} */ searches = [];
  /** @type {any[]} */ similar = [];
  /** @type {() => void} */ #changed;
  /** @type {Set<string>} */ #failed = new Set();
  /** @type {Map<string, any>} */ #asked = new Map(); // kind -> {key, timer, abort}

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
    this.#ask("places", !place && where.trim() ? `/api/v1/places?${new URLSearchParams({ q: where.slice(0, 200) })}` : null);
    const asked = new URLSearchParams({ ...(board ? {} : { q: search.slice(0, 200) }), ...point });
    this.#ask("searches", (!board && search.trim()) || point ? `/api/v1/intake/searches?${asked}` : null);
    const said = { ...(text.trim() && { text: text.slice(0, 4_000) }), ...(where.trim() && { place: { text: where.slice(0, 200), ...point } }) };
    const url = board && board !== "operations" && (text.trim() || place) ? `/api/v1/boards/${board}/similar` : null;
    this.#ask("similar", url, url && said);
  }

  /**
   * Return whether the server has answered the latest request of a kind.
   * @param {"places" | "searches" | "similar"} kind
   */
  answered(kind) {
    return this.#asked.get(kind)?.answered === true;
  }

  /**
   * Return whether something was asked that the server has not answered, or could not: then "none" would be untrue.
   * @param {"places" | "searches" | "similar"} kind
   */
  isUnknown(kind) {
    return this.#failed.has(kind) || (Boolean(this.#asked.get(kind)?.key) && !this.answered(kind));
  }

  /** @param {"places" | "searches" | "similar"} kind @param {string | null} url @param {object | null} [body] */
  #ask(kind, url, body = null) {
    const key = url && `${url} ${JSON.stringify(body)}`;
    const before = this.#asked.get(kind);
    if ((before?.key ?? null) === key) return;
    clearTimeout(before?.timer);
    before?.abort.abort();
    this.#failed.delete(kind);
    const abort = new AbortController();
    const timer = url === null ? null : setTimeout(() => this.#fetch(kind, url, body, abort.signal), PAUSE_MS);
    this.#asked.set(kind, { key, timer, abort });
    if (url === null) this.#take(kind, []);
  }

  /** @param {"places" | "searches" | "similar"} kind @param {string} url @param {any} body @param {AbortSignal} signal */
  async #fetch(kind, url, body, signal) {
    try {
      const found = await (body ? post(url, body, { signal, repeat: true }) : get(url, { signal }));
      if (signal.aborted) return;
      if (found.attribution) this.attribution = found.attribution;
      Object.assign(this.#asked.get(kind) ?? {}, { answered: true });
      this.#take(kind, found[kind]);
    } catch {
      if (signal.aborted) return;
      this.#asked.delete(kind); // retried at the next key
      this.#failed.add(kind);
      this.#take(kind, []);
    }
  }

  /** @param {"places" | "searches" | "similar"} kind @param {any[]} found */
  #take(kind, found) {
    if (!this[kind].length && !found.length && !this.answered(kind)) return;
    this[kind] = found;
    this.#changed();
  }
}
