/* Rules for positions (epoch, seq) in a stream of events. Late, lost, duplicate and reordered events have one answer: compare
   seq, and subscribe again from a position. Pure. */

export const APPLY = "apply";
export const SEEN = "seen";
export const GAP = "gap";
export const OTHER_EPOCH = "other epoch";

/**
 * Compare event `seq` of `epoch` with `position` {epoch, seq}: return APPLY, SEEN, GAP or OTHER_EPOCH.
 * @param {BoardPosition} position
 * @param {string} epoch
 * @param {number} seq
 */
export function compareSeq(position, epoch, seq) {
  if (position.epoch !== epoch) return OTHER_EPOCH;
  const applied = position.seq ?? 0;
  if (seq <= applied) return SEEN;
  return seq === applied + 1 ? APPLY : GAP;
}

/**
 * Return an event's change: {put: {kind, id, seq, state}}, {drop: {kind, id}}, or {} (erased or hidden).
 * @param {BoardEvent} event
 */
export function entityChange(event) {
  if (event.erased || !event.kind) return {};
  if (event.state === undefined) return {};
  if (event.state === null) return { drop: { kind: event.kind, id: event.id } };
  return { put: { kind: event.kind, id: event.id, seq: event.seq, state: event.state } };
}

/** Entities of a board, by kind and id. */
export class Entities {
  /** @type {Map<Kind, Map<string, Entity>>} */ #kinds = new Map();

  /** @param {Iterable<Entity>} list */
  static from(list) {
    const entities = new Entities();
    for (const entity of list) entities.put(entity);
    return entities;
  }

  /** @param {Entity} entity */
  put(entity) {
    if (!this.#kinds.has(entity.kind)) this.#kinds.set(entity.kind, new Map());
    this.#kinds.get(entity.kind)?.set(entity.id, entity);
  }

  /** @param {{ kind: Kind, id: string }} options */
  drop({ kind, id }) {
    this.#kinds.get(kind)?.delete(id);
  }

  /** @param {Kind} kind @param {string} id */
  one(kind, id) {
    return this.#kinds.get(kind)?.get(id);
  }

  /** @param {string} id */
  get(id) {
    for (const entitiesById of this.#kinds.values()) if (entitiesById.has(id)) return entitiesById.get(id);
    return undefined;
  }

  /** @param {Kind} kind */
  of(kind) {
    return [...(this.#kinds.get(kind)?.values() ?? [])];
  }

  /** @param {Kind} kind */
  size(kind) {
    return this.#kinds.get(kind)?.size ?? 0;
  }

  *[Symbol.iterator]() {
    for (const entitiesById of this.#kinds.values()) yield* entitiesById.values();
  }
}
