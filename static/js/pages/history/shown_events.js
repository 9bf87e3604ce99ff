/** Events that a history shows, with headings and filter choices. */
import { formatPath } from "../../format/values.js";
import { fill, describeEvent as tell } from "../../format/event_text.js";
import { searchableText, tokenize } from "../../core/text_filter.js";
import { choices, filter } from "./filter.js";
import { groupOf } from "./shift_headings.js";

const NOTHING = { all: 0, people: new Map(), fields: new Set(), cards: new Map() };

export class ShownEvents {
  items = []; // {entry, group}, newest first; `group` is the heading before it, or null
  keys = []; // keys of the items
  offered = NOTHING; // filter choices: count, actors, fields, cards
  #history;
  #texts = new WeakMap(); // entry -> its folded text

  constructor(history) {
    this.#history = history;
  }

  forget() {
    Object.assign(this, { items: [], keys: [], offered: NOTHING });
    this.#texts = new WeakMap();
  }

  find(asked, text, shifts) {
    const entries = this.#history.entries();
    const card = (entry) => this.#history.card(entry);
    const keep = filter(asked, tokenize(text), { cardOf: (entry) => card(entry)?.id ?? null, textOf: this.#textOf });
    let last = null;
    this.items = entries.filter(keep).map((entry) => {
      const group = groupOf(entry.event.at, shifts);
      const begins = group.key !== last;
      last = group.key;
      return { entry, group: begins ? group : null };
    });
    this.keys = this.items.map(({ entry }) => entry.key);
    this.offered = { all: entries.length, ...choices(entries, card) };
  }

  /** Return the searchable text of an event, cached until earlier values become known. */
  #textOf = (entry) => {
    const before = this.#history.before(entry, false), kept = this.#texts.get(entry);
    if (kept && kept.isKnown === (before !== undefined)) return kept.text;
    const text = searchableText(this.#said(entry, before));
    this.#texts.set(entry, { text, isKnown: before !== undefined });
    return text;
  };

  #said(entry, before) {
    const { event, journal } = entry;
    const names = this.#history.names(entry, false);
    const what = tell(event, names, before);
    const values = what.rest.flatMap(({ path, from, to }) => [formatPath(path, from, names), formatPath(path, to, names)]);
    const search = this.#history.search(journal.board);
    return [fill(what), ...values, event.reason, `#${event.seq}`, search?.person.first_name, search?.reference];
  }
}
