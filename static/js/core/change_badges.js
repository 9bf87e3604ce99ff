/* Marks: what happened to an entity that is new to this person. Pure. */

/** The mark of an entity after one more event; what was added and is new stays "added". */
export function addToBadge(before, { type, actor, at, clock, changes = [], private: set = [] }) {
  const first = before?.type.endsWith(".added") ? before.type : type;
  return { type: first, actor, at: clock ?? at, own: false, changes: [...new Set([...(before?.changes ?? []), ...changes, ...set])] };
}

/**
 * What is marked on a board of which somebody has missed these events, in order: what others changed and is still there. What
 * one changed oneself afterwards, elsewhere, is known.
 * @returns Map(id -> mark)
 */
export function badgesOf(events, { own, isThere }) {
  const badges = new Map();
  for (const event of events) {
    if (event.erased || !event.state || !isThere(event.id)) continue;
    if (event.actor?.id === own) badges.delete(event.id);
    else badges.set(event.id, addToBadge(badges.get(event.id), event));
  }
  return badges;
}

/** Where too many events were missed to be read: it is known that these changed, but not by whom. */
export function badgesSince(entities, seq) {
  const badges = new Map();
  for (const { id, kind, seq: changedAt } of entities) {
    if (changedAt > seq) badges.set(id, addToBadge(undefined, { type: `${kind}.updated`, actor: null, at: null }));
  }
  return badges;
}
