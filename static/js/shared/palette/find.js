/** Looking through all searches for the palette: once somebody stops typing; the last answer wins. */
import { t } from "../../core/i18n.js";
import { cardName } from "../../format/values.js";
import { label } from "../../core/labels.js";
import { queuedRequest } from "../../core/api.js";

const PAUSE_MS = 180; // between two keys of one word it is less
const LEAST = 2; // characters: one finds half of everything
const LONGEST = 200; // characters that the server takes
const MOST = 8;

export class PaletteSearch {
  hits = [];
  failed = false;
  #changed;
  #timer = null;
  #asking = null; // AbortController of the question on the way

  /** @param changed called when there is an answer */
  constructor(changed) {
    this.#changed = changed;
  }

  /** What was found for the words before is dropped at once: it must not stand under other words. */
  look(text) {
    this.stop();
    if (text.length >= LEAST) this.#timer = setTimeout(() => this.#ask(text.slice(0, LONGEST)), PAUSE_MS);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#asking = null;
    this.hits = [];
    this.failed = false;
  }

  async #ask(text) {
    const asking = (this.#asking = new AbortController());
    let hits = null;
    try {
      const answer = await queuedRequest(`/api/v1/find?${new URLSearchParams({ q: text, limit: MOST })}`, { signal: asking.signal });
      if (answer.ok) ({ hits } = await answer.json());
    } catch {
      // said below, where it is still asked for
    }
    if (asking !== this.#asking) return;
    this.failed = hits === null;
    this.hits = hits ?? [];
    this.#changed();
  }
}

/** {id, says, does} of a hit. */
export function hitCommand({ board, reference, kind, id, number, card, found: hitCommand }) {
  const what = number ? cardName({ kind, state: { number } }) : label.noun(kind);
  const text = hitCommand.map(({ text }) => text).join(" … ");
  const at = kind === "search" || (kind === "note" && !card) ? "" : `/cards/${card ?? id}`;
  const path = board === "operations" ? "/" : `/searches/${board}${at}`;
  return { id, says: [reference ?? t("All searches"), kind === "search" ? null : what, text].filter(Boolean).join(" · "), does: () => location.assign(path) };
}
