/** Which events of a history are shown: by what is asked in the address, and by words. Pure. */
import { isCreation } from "../../format/event_text.js";
import { matchesAll } from "../../core/text_filter.js";
import { urlQuery } from "../../shared/url_query.js";

/** Kinds of entity that are one kind to a person. */
export const KINDS = {
  sighting: ["sighting"], task: ["task"], note: ["note"], search: ["search"], column: ["column"],
  handover: ["shift", "handover", "handed", "briefing"],
};

const ID = /^[\w-]{1,64}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?Z$/;

export const { NONE, read, written } = urlQuery({
  person: ID, kind: new RegExp(`^(${Object.keys(KINDS).join("|")})$`), card: ID, field: /^[a-z_]{1,40}$/, from: TIME, to: TIME,
});

/** "#118&q=yellow" -> {seq: 118, text: "yellow"}. Behind the #, as words may be somebody's name, and no server is sent what is there. */
export function readHash(hash) {
  const [first, ...rest] = hash.slice(1).split("&");
  const seq = /^\d{1,15}$/.test(first) ? Number(first) : null;
  return { seq, text: new URLSearchParams((seq === null ? [first, ...rest] : rest).join("&")).get("q") ?? "" };
}

export function toHash({ seq, text }) {
  const parts = [...(seq === null ? [] : [seq]), ...(text ? [new URLSearchParams({ q: text }).toString()] : [])];
  return parts.length ? `#${parts.join("&")}` : "";
}

/**
 * @param cardOf (entry) -> id or null
 * @param textOf (entry) -> folded text of all that it says
 * @returns (entry) -> boolean
 */
export function filter(asked, words, { cardOf, textOf }) {
  const kinds = asked.kind && KINDS[asked.kind];
  return (entry) => {
    const { event } = entry;
    return (asked.person === null || event.actor?.id === asked.person) &&
      (kinds === null || kinds.includes(event.kind)) &&
      (asked.card === null || event.id === asked.card || cardOf(entry) === asked.card) &&
      (asked.field === null || fieldsOf(event).has(asked.field)) &&
      (asked.from === null || event.at >= asked.from) &&
      (asked.to === null || event.at <= asked.to) &&
      (!words.length || matchesAll(words, textOf(entry)));
  };
}

/** The fields, as groups, that an event changed. At a creation all are new, which is no change of any. */
export function fieldsOf(event) {
  return new Set(isCreation(event) ? [] : (event.changes ?? []).map((path) => path.split(".")[0]).filter((name) => name !== "rank"));
}

/** Who did something, which fields were changed, and on which cards: what can be chosen from. */
export function choices(entries, cardOf) {
  const people = new Map(), fields = new Set(), cards = new Map();
  for (const entry of entries) {
    const { event } = entry;
    if (event.actor) people.set(event.actor.id, event.actor.name);
    for (const field of fieldsOf(event)) fields.add(field);
    const card = cardOf(entry);
    if (card?.number && !cards.has(card.id)) cards.set(card.id, card);
  }
  return { people, fields, cards };
}
