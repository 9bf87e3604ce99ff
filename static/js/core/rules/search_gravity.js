/* Order of open searches, the same on pages and on walls: the worrying first, then those to be decided, then the others; in each group
   those with an alarm that nobody has, then the newest missing. Pure. */

import { needsDecision } from "./suggested_criteria.js";

/** Degrees of gravity of open searches, the gravest first. */
export const GRAVITIES = ["worrying", "undecided", "other"];

/**
 * Return how grave an open search is: declared worrying, still to be decided, or other. Displays receive `undecided`, because they do
 * not receive the criteria.
 * @param {AnyState} state
 */
export const gravityOf = (state) => (state.worrying === true ? "worrying" : (state.undecided ?? needsDecision(state)) ? "undecided" : "other");

/**
 * Return the place of an open search in the order. `rank` is 0 if it is not grave and nobody has to take an alarm of it.
 * @param {{ id: string, state: AnyState }} search
 * @param {Summary | undefined} summary undefined while it is not loaded
 * @returns {SearchPlace}
 */
export const placeOf = ({ id, state }, summary) => ({
  id, rank: 2 * (GRAVITIES.length - 1 - GRAVITIES.indexOf(gravityOf(state))) + Number(Boolean(summary?.alarm)), since: Date.parse(state.missing_since),
});

/** @param {SearchPlace} a @param {SearchPlace} b */
export const comparePlaces = (a, b) => b.rank - a.rank || b.since - a.since || (a.id < b.id ? -1 : 1);
