/* Badges: what happened to an entity since this person saw it last. Pure. */

const ON_A_CARD = /^(note|file)\./; // added to an entity, which is not new by that
const DERIVED = new Set(["queue", "queue_since"]); // fields that follow from others

const NO_NEWS = new Set(["sighting.looked_at", "handed.set"]); // that somebody looked at it, or that a handover includes its search

/**
 * Return whether an event is news of its entity.
 * @param {{ type: string }} event
 */
export const isNews = ({ type }) => !NO_NEWS.has(type);

/**
 * Return whether a badge says that its entity is new.
 * @param {Pick<ChangeBadge, "type"> | undefined} badge
 */
export const isAddition = (badge) => Boolean(badge?.type.endsWith(".added")) && !ON_A_CARD.test(badge?.type ?? "");

/**
 * Return the badge of an entity after one more event; an entity that is new stays "added", by whom it was. The time is that of the last event.
 * @param {ChangeBadge | undefined} before
 * @param {BadgeEvent} event
 */
export function addToBadge(before, { type, actor, at, clock, changes = [], private: set = [] }) {
  const said = before && isAddition(before) ? { type: before.type, actor: before.actor } : { type, actor };
  return { ...said, at: clock ?? at, own: false, changes: [...new Set([...(before?.changes ?? []), ...changes.filter((path) => !DERIVED.has(path)), ...set])] };
}

/**
 * Return the badges for events that a person missed. Own events clear a badge, as that state is known; entities that are gone get
 * none.
 * @param {BoardEvent[]} events in order
 * @param {{ own: string, isThere: (id: string) => boolean }} options - {own: account id, isThere(id) -> boolean}
 * @returns {Map<string, object>} by entity id
 */
export function badgesOf(events, { own, isThere }) {
  const badges = new Map();
  for (const event of events) {
    if (event.erased || !event.state || !isThere(event.id)) continue;
    if (event.actor?.id === own) badges.delete(event.id);
    else if (isNews(event)) badges.set(event.id, addToBadge(badges.get(event.id), event));
  }
  return badges;
}

/**
 * Return badges without an author for all entities that changed after `seq`, where too many events were missed to be read.
 * @param {Iterable<Pick<Entity, "id" | "kind" | "seq">>} entities
 * @param {number} seq
 */
export function badgesSince(entities, seq) {
  const badges = new Map();
  for (const { id, kind, seq: changedAt } of entities) {
    if (changedAt > seq && kind !== "handed") badges.set(id, addToBadge(undefined, { id, type: `${kind}.updated`, actor: null, at: null }));
  }
  return badges;
}
