/** Latest credible sighting of a board. */
import { isAssured } from "../../../core/rules/conditions.js";

/** @param {Card} card */
const timeOf = ({ state }) => state.seen_at ?? state.received_at ?? "";

/**
 * Return the latest credible or confirmed sighting, by the time it was seen, or null. Without that time, the time of its report
 * counts.
 * @param {Iterable<Card>} cards
 * @returns {Card | null}
 */
export function latestCredible(cards) {
  let latest = null;
  for (const card of cards) {
    if (card.kind !== "sighting" || card.state.withdrawn || !isAssured(card.state.assessment)) continue;
    if (!latest || timeOf(card) > timeOf(latest)) latest = card; // ISO times compare as text
  }
  return latest;
}
