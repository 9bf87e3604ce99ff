/** Search all boards for the palette, once typing pauses; the last answer wins. */
import { t } from "../../core/i18n.js";
import { cardName } from "../../format/values.js";
import { label } from "../../core/labels.js";
import { get, orNull } from "../../core/connection/api.js";

const PAUSE_MS = 180; // ms; keys of one word follow each other faster
const MIN_LENGTH = 2; // characters: a single one finds half of everything
const MAX_LENGTH = 200; // characters that the server accepts
const MOST = 8;

export class PaletteSearch {
  /** @type {Hit[]} */ hits = [];
  failed = false;
  #changed;
  /** @type {Timer | null} */ #timer = null;
  /** @type {AbortController | null} */ #asking = null; // AbortController of the pending request

  /** @param {() => void} changed called after each answer */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * Drop the hits of the previous text at once: they must not show under another.
   * @param {string} text
   */
  search(text) {
    this.stop();
    if (text.length >= MIN_LENGTH) this.#timer = setTimeout(() => this.#ask(text.slice(0, MAX_LENGTH)), PAUSE_MS);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#asking = null;
    this.hits = [];
    this.failed = false;
  }

  /** @param {string} text */
  async #ask(text) {
    const asking = (this.#asking = new AbortController());
    const found = await orNull(get(`/api/v1/find?${new URLSearchParams({ q: text, limit: String(MOST) })}`, { signal: asking.signal }));
    if (asking !== this.#asking) return;
    this.failed = found === null;
    this.hits = found?.hits ?? [];
    this.#changed();
  }
}

/**
 * Turn a hit into a palette entry.
 * @param {Hit} hit
 * @returns {PageCommand}
 */
export function hitCommand({ board, reference, kind, id, number, card, found: matches }) {
  const what = number ? cardName({ kind, state: { number } }) : label.noun(kind);
  const text = matches.map((/** @type {{ text: string }} */ { text }) => text).join(" … ");
  const at = kind === "search" || (kind === "note" && !card) ? "" : `/cards/${card ?? id}`;
  const path = board === "operations" ? "/" : `/searches/${board}${at}`;
  return { id, title: [reference ?? t("All searches"), kind === "search" ? null : what, text].filter(Boolean).join(" · "), run: () => location.assign(path) };
}
