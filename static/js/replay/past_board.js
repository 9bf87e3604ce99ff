/* A board of the past, to be read like a live one (core/store.js) by whatever draws it. Nothing can be sent to it, and nobody is there. */

const NONE = new Map();
const EMPTY = { of: () => [], get: () => undefined, [Symbol.iterator]: () => [].values() };

export class PastBoard {
  id;
  badges = NONE;       // what came about by the last step, or differs from another moment
  summaries = NONE;   // derived, and not in the journal
  presence = { count: 0, people: [] };
  pending = [];
  #fold = null;
  #entities = EMPTY;

  constructor(id) {
    this.id = id;
  }

  /** Shows a fold as it is now, with these marks: id -> {type, actor, at, changes}. */
  show(fold, badges) {
    this.#fold = fold;
    this.#entities = fold.entities;
    this.badges = badges;
  }

  /** Nothing of it stays. */
  forget() {
    this.#fold = null;
    this.#entities = EMPTY;
    this.badges = NONE;
  }

  get(id) {
    return this.#entities.get(id);
  }

  of(kind) {
    return this.#entities.of(kind);
  }

  get seq() {
    return this.#fold?.event()?.seq ?? null;
  }

  get freshness() {
    return { state: "past", since: null, seq: this.seq, provenAt: null };
  }

  seen() {}
}

/** What these events did, by what they did it to: the last of each says who and when. */
export function badgesOfEvents(events) {
  const badges = new Map();
  for (const { kind, id, type, actor, at, changes, state } of events) {
    if (!kind || state === null) continue;
    const before = badges.get(id);
    badges.set(id, { type: before?.type.endsWith(".added") ? before.type : type, actor, at, changes: [...(before?.changes ?? []), ...(changes ?? [])] });
  }
  return badges;
}
