/** Events that a history shows, with headings and filter choices. */

import { formatPath } from "../../format/values.js";
import { fill, describeEvent as tell } from "../../format/event_text.js";
import { searchableText, tokenize } from "../../core/rules/text_filter.js";
import { choices, filter } from "./filter.js";
import { groupOf } from "./shift_headings.js";

const NO_CHOICES = { all: 0, people: new Map(), fields: new Map(), cards: new Map() };

export class ShownEvents {
  /** @type {any[]} */ items = []; // {entry, group}, newest first; `group` is the heading before it, or null
  /** @type {string[]} */ keys = []; // keys of the items
  offered = NO_CHOICES; // filter choices: count, actors, fields, cards
  /** @type {any} */ #history;
  #texts = new WeakMap(); // entry -> its folded text

  /** @param {any} history */
  constructor(history) {
    this.#history = history;
  }

  forget() {
    Object.assign(this, { items: [], keys: [], offered: NO_CHOICES });
    this.#texts = new WeakMap();
  }

  /** @param {any} values @param {string} text @param {any} shifts */
  find(values, text, shifts) {
    const entries = this.#history.entries();
    const card = (/** @type {any} */ entry) => this.#history.card(entry);
    const keep = filter(values, tokenize(text), { cardOf: (/** @type {any} */ entry) => card(entry)?.id ?? null, textOf: this.#textOf });
    /** @type {string | null} */
    let last = null;
    this.items = entries.filter(keep).map((/** @type {any} */ entry) => {
      const group = groupOf(entry.event.at, shifts);
      const begins = group.key !== last;
      last = group.key;
      return { entry, group: begins ? group : null };
    });
    this.keys = this.items.map(({ entry }) => entry.key);
    this.offered = { all: entries.length, ...choices(entries, card) };
  }

  /**
   * Return the searchable text of an event, cached until earlier values become known.
   * @param {any} entry
   */
  #textOf = (entry) => {
    const before = this.#history.before(entry, false), kept = this.#texts.get(entry);
    if (kept && kept.isKnown === (before !== undefined)) return kept.text;
    const text = searchableText(this.#searchText(entry, before));
    this.#texts.set(entry, { text, isKnown: before !== undefined });
    return text;
  };

  /** @param {any} entry @param {any} before */
  #searchText(entry, before) {
    const { event, journal } = entry;
    const names = this.#history.names(entry, false);
    const what = tell(event, names, before);
    const values = what.rest.flatMap(({ path, from, to, kind }) => [formatPath(path, from, names, kind), formatPath(path, to, names, kind)]);
    const search = this.#history.search(journal.board);
    return [fill(what), ...values, event.reason, search?.person.first_name, search?.reference];
  }
}
