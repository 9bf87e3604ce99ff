/** Significant events: the contract's list. Pure. */

const ASSURED = ["credible", "confirmed"];

/** @type {Record<string, (state: State) => boolean>} */
const SIGNIFICANT = { // by type: whether the new state makes it significant
  "search.opened": () => true,
  "search.status_set": () => true,
  "search.worrying_set": () => true,
  "search.appeal_set": () => true,
  "search.goal_set": () => true,
  "sighting.assessed": ({ assessment }) => ASSURED.includes(assessment),
  "sighting.added": ({ priority }) => priority === "urgent",
  "note.added": ({ category }) => category === "decision",
};

/**
 * Return whether an event is significant; not if its details were erased.
 * @param {{ type: string, state?: AnyState | null }} event
 */
export const isSignificant = ({ type, state }) => Boolean(state && SIGNIFICANT[type]?.(state));
