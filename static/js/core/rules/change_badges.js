/* Badges: changes of an entity since this person last saw it. Pure. */

const ON_A_CARD = /^(note|file)\./; // added to an entity, which does not make the entity new
const DERIVED = new Set(["queue", "queue_since"]); // fields derived from other fields

const NO_NEWS = new Set(["sighting.looked_at", "handed.set"]); // a view, or a handover that includes the search

/**
 * Return true if an event is news about its entity.
 * @param {{ type: string }} event
 */
export const isNews = ({ type }) => !NO_NEWS.has(type);

/**
 * Return true if a badge marks its entity as new.
 * @param {Pick<ChangeBadge, "type"> | undefined} badge
 */
export const isAddition = (badge) => Boolean(badge?.type.endsWith(".added")) && !ON_A_CARD.test(badge?.type ?? "");

/**
 * Return the badge of an entity after one more event. A new entity stays "added", with its author; the time is the last event's.
 * @param {ChangeBadge | undefined} before
 * @param {BadgeEvent} event
 */
export function addToBadge(before, { type, actor, at, clock, changes = [], private: privatePaths = [] }) {
  const origin = before && isAddition(before) ? { type: before.type, actor: before.actor } : { type, actor };
  return { ...origin, at: clock ?? at, own: false, changes: [...new Set([...(before?.changes ?? []), ...changes.filter((path) => !DERIVED.has(path)), ...privatePaths])] };
}

/**
 * Return the badges for events that a person missed. The person's own events clear a badge, because they know that state; removed
 * entities get none.
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
 * Return badges without an author for all entities that changed after `seq`. Used if too many events were missed to read them.
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
