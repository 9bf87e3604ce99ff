/** Palette's search in all boards. It waits until typing pauses, and ignores outdated answers. */
import { pageName } from "../../core/rules/pages.js";
import { cardName } from "../../format/values.js";
import { label } from "../../core/labels.js";
import { get, orNull } from "../../core/connection/api.js";

const PAUSE_MS = 180; // keystrokes within a word are faster
const MIN_LENGTH = 2; // a single character would match too much
const MAX_LENGTH = 200; // characters that the server accepts
const MAX_HITS = 8;

export class PaletteSearch {
  /** @type {Hit[]} */ hits = [];
  failed = false;
  #changed;
  /** @type {Timer | null} */ #timer = null;
  /** @type {AbortController | null} */ #request = null; // aborts the pending request

  /** @param {() => void} changed runs after each answer */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * Request the hits of a text. The hits of the previous text disappear immediately.
   * @param {string} text
   */
  search(text) {
    this.stop();
    if (text.length >= MIN_LENGTH) this.#timer = setTimeout(() => this.#ask(text.slice(0, MAX_LENGTH)), PAUSE_MS);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#request = null;
    this.hits = [];
    this.failed = false;
  }

  /** @param {string} text */
  async #ask(text) {
    const request = (this.#request = new AbortController());
    const query = new URLSearchParams({ q: text, limit: String(MAX_HITS) });
    const answer = await orNull(get("/api/v1/find", { query, signal: request.signal }));
    if (request !== this.#request) return;
    this.failed = answer === null;
    this.hits = answer?.hits ?? [];
    this.#changed();
  }
}

/**
 * Turn a hit into a palette entry.
 * @param {Hit} hit
 * @returns {PageCommand}
 */
export function hitCommand({ board, reference, kind, id, number, card, found: matches }) {
  const subjectText = number ? cardName({ kind, state: { number } }) : label.noun(kind);
  const text = matches.map((/** @type {{ text: string }} */ { text }) => text).join(" … ");
  const cardPath = kind === "search" || (kind === "note" && !card) ? "" : `/cards/${card ?? id}`;
  const path = board === "operations" ? "/" : `/searches/${board}${cardPath}`;
  return { id, title: [reference ?? pageName("operations"), kind === "search" ? null : subjectText, text].filter(Boolean).join(" · "), run: () => location.assign(path) };
}
