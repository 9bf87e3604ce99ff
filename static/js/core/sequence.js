/* Rules for positions (epoch, seq) in a stream of events. Late, lost, duplicate and reordered events have one answer: compare
   seq, and subscribe again from a position. Pure. */

export const APPLY = "apply";
export const SEEN = "seen";
export const GAP = "gap";
export const OTHER_EPOCH = "other epoch";

/** Return what to do with event `seq` of `epoch` at `position` {epoch, seq}: APPLY, SEEN, GAP or OTHER_EPOCH. */
export function compareSeq(position, epoch, seq) {
  if (position.epoch !== epoch) return OTHER_EPOCH;
  if (seq <= position.seq) return SEEN;
  return seq === position.seq + 1 ? APPLY : GAP;
}

/** Return the change an event makes: {put: {kind, id, seq, state}}, {drop: {kind, id}}, or {} (erased or hidden). */
export function entityChange(event) {
  if (event.erased || !event.kind) return {};
  if (event.state === undefined) return {};
  if (event.state === null) return { drop: { kind: event.kind, id: event.id } };
  return { put: { kind: event.kind, id: event.id, seq: event.seq, state: event.state } };
}

/** Entities of a board, by kind and id. */
export class Entities {
  #kinds = new Map();

  static from(list) {
    const entities = new Entities();
    for (const entity of list) entities.put(entity);
    return entities;
  }

  put(entity) {
    if (!this.#kinds.has(entity.kind)) this.#kinds.set(entity.kind, new Map());
    this.#kinds.get(entity.kind).set(entity.id, entity);
  }

  drop({ kind, id }) {
    this.#kinds.get(kind)?.delete(id);
  }

  one(kind, id) {
    return this.#kinds.get(kind)?.get(id);
  }

  get(id) {
    for (const of of this.#kinds.values()) if (of.has(id)) return of.get(id);
    return undefined;
  }

  of(kind) {
    return [...(this.#kinds.get(kind)?.values() ?? [])];
  }

  size(kind) {
    return this.#kinds.get(kind)?.size ?? 0;
  }

  *[Symbol.iterator]() {
    for (const of of this.#kinds.values()) yield* of.values();
  }
}
