/** Filter of a history: by query parameters and words. Pure. */

import { t } from "../../core/i18n.js";
import { cardKinds, isCard, isInternal, pluralName } from "../../core/rules/kinds.js";
import { isCreation } from "../../format/event_text.js";
import { matchesAll } from "../../core/rules/text_filter.js";
import { urlQuery } from "../../shared/url_query.js";

/** Kinds to filter by besides cards: the name of each, and the kinds of entities that users see as one. */
/** @type {Record<string, { name(): string, kinds: string[] }>} */
const OTHERS = {
  note: { name: () => t("Notes"), kinds: ["note"] },
  contact: { name: () => pluralName("contact"), kinds: ["contact"] },
  search: { name: () => t("The search itself"), kinds: ["search"] },
  column: { name: () => t("Columns"), kinds: ["column"] },
  duty: { name: () => t("Duties"), kinds: ["duty", "planned_duty"] },
  handover: { name: () => t("Shift and handover"), kinds: ["shift", "handover", "handed", "briefing"] },
};

/**
 * Return [[code, name], …] of the kinds to filter by.
 * @returns {[string, string][]}
 */
export const kindChoices = () => [
  ...cardKinds().map((kind) => /** @type {[string, string]} */ ([kind, pluralName(kind)])),
  ...Object.keys(OTHERS).map((kind) => /** @type {[string, string]} */ ([kind, OTHERS[kind].name()])),
];

const ID = /^[\w-]{1,64}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?Z$/;

export const { NONE, read, written } = urlQuery({
  person: ID, kind: { test: (kind) => isCard(kind) || Object.hasOwn(OTHERS, kind) }, card: ID, field: /^[a-z_]{1,40}$/, from: TIME, to: TIME,
});

/**
 * Parse "#118&q=yellow" to {seq: 118, text: "yellow"}. Words may be names: the fragment is not sent to servers.
 * @param {string} hash
 */
export function readHash(hash) {
  const [first, ...rest] = hash.slice(1).split("&");
  const seq = /^\d{1,15}$/.test(first) ? Number(first) : null;
  return { seq, text: new URLSearchParams((seq === null ? [first, ...rest] : rest).join("&")).get("q") ?? "" };
}

/** @param {{ seq: number, text: string }} given */
export function toHash({ seq, text }) {
  const parts = [...(seq === null ? [] : [seq]), ...(text ? [new URLSearchParams({ q: text }).toString()] : [])];
  return parts.length ? `#${parts.join("&")}` : "";
}

/**
 * Return (entry) -> boolean.
 * @param {Record<string, any>} values
 * @param {string[]} words
 * @param {{ cardOf: (entry: any) => string | null, textOf: (entry: any) => string }} read `textOf` gives folded text
 */
export function filter(values, words, { cardOf, textOf }) {
  const kinds = values.kind && (OTHERS[values.kind]?.kinds ?? [values.kind]);
  return (/** @type {any} */ entry) => {
    const { event } = entry;
    return (values.person === null || event.actor?.id === values.person) &&
      (kinds === null || kinds.includes(event.kind)) &&
      (values.card === null || event.id === values.card || cardOf(entry) === values.card) &&
      (values.field === null || fieldsOf(event).has(values.field)) &&
      (values.from === null || event.at >= values.from) &&
      (values.to === null || event.at <= values.to) &&
      (!words.length || matchesAll(words, textOf(entry)));
  };
}

/**
 * Return the groups of fields that an event changed; none for a creation, whose fields are all new.
 * @param {any} event
 */
export function fieldsOf(event) {
  return new Set(isCreation(event) ? [] : (event.changes ?? []).filter((/** @type {string} */ path) => !isInternal(path, event.kind)).map((/** @type {string} */ path) => path.split(".")[0]));
}

/**
 * Collect the actors, field groups with the kinds that have them, and cards that can be chosen.
 * @param {any} entries
 * @param {any} cardOf
 */
export function choices(entries, cardOf) {
  const people = new Map(), fields = new Map(), cards = new Map();
  for (const entry of entries) {
    const { event } = entry;
    if (event.actor) people.set(event.actor.id, event.actor.name);
    for (const field of fieldsOf(event)) fields.set(field, (fields.get(field) ?? new Set()).add(event.kind));
    const card = cardOf(entry);
    if (card?.number && !cards.has(card.id)) cards.set(card.id, card);
  }
  return { people, fields, cards };
}
