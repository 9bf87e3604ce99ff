/* Board at a past moment, with the reading interface of a live one (core/storage/store.js). It accepts no commands and has no presence. */

const NONE = new Map();
const EMPTY = { of: () => [], get: () => undefined, [Symbol.iterator]: () => [].values() };

export class PastBoard {
  id;
  badges = NONE;       // changes by the last step, or differences from another moment
  summaries = NONE;   // computed by the server, not in the journal
  presence = { count: 0, people: [] };
  /** @type {PendingCommand[]} */ pending = [];
  /** @type {EventFold | null} */ #fold = null;
  /** @type {Pick<Entities, "of" | "get"> & Iterable<Entity>} */ #entities = EMPTY;

  /** @param {string} id */
  constructor(id) {
    this.id = id;
  }

  /**
   * Show the current state of a fold, with badges: id -> {type, actor, at, changes}.
   * @param {EventFold} fold
   * @param {Map<string, object>} badges
   */
  show(fold, badges) {
    this.#fold = fold;
    this.#entities = fold.entities;
    this.badges = badges;
  }

  /** Drop everything. */
  forget() {
    this.#fold = null;
    this.#entities = EMPTY;
    this.badges = NONE;
  }

  /** @param {string} id */
  get(id) {
    return this.#entities.get(id);
  }

  /** @param {Kind} kind */
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

/**
 * Return badges for events, by entity. Author and time are those of the last event.
 * @param {BoardEvent[]} events
 */
export function badgesOfEvents(events) {
  const badges = new Map();
  for (const { kind, id, type, actor, at, changes, state } of events) {
    if (!kind || state === null) continue;
    const before = badges.get(id);
    badges.set(id, { type: before?.type.endsWith(".added") ? before.type : type, actor, at, changes: [...(before?.changes ?? []), ...(changes ?? [])] });
  }
  return badges;
}
