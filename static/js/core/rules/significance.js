/** Significant events: the contract's list. Pure. */

const ASSURED = ["credible", "confirmed"];
const SETTLED = ["not_the_child", "unverifiable", "duplicate"];
const SIGHTING = "sighting.";

/** @type {Record<string, (state: State) => boolean>} */
const SIGNIFICANT = { // by type: whether the new state makes it significant
  "search.opened": () => true,
  "search.status_set": () => true,
  "search.worrying_set": () => true,
  "search.appeal_set": () => true,
  "search.goal_set": () => true,
  "sighting.assessed": ({ assessment }) => ASSURED.includes(assessment),
  "sighting.added": ({ priority, assessment }) => priority === "urgent" && !SETTLED.includes(assessment),
  "note.added": ({ category }) => category === "decision",
};

/**
 * Return whether an event is significant; not if its details were erased.
 * @param {{ type: string, state?: AnyState | null }} event
 */
export const isSignificant = ({ type, state }) => Boolean(state && SIGNIFICANT[type]?.(state));

/**
 * Return whether an event is about one sighting, and so may no longer hold later.
 * @param {{ type: string }} event
 */
export const isOfSighting = ({ type }) => type.startsWith(SIGHTING);

/**
 * Return whether what a significant event of a sighting says is still so: it is not withdrawn, taken back or ruled out.
 * @param {{ type: string, state?: AnyState | null }} event
 * @param {AnyState | undefined} now present state of the sighting
 */
export const isStillSo = ({ type, state }, now) => Boolean(now && !now.withdrawn && SIGNIFICANT[type]?.(now) && (type !== "sighting.assessed" || now.assessment === state?.assessment));
