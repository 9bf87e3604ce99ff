/* Order of open searches on pages and walls: worrying, then undecided, then other ones. Within a group, searches with an open alarm
   are first, then the most recently missing. Pure. */

import { needsDecision } from "./suggested_criteria.js";

/** Degrees of gravity, the gravest first. */
export const GRAVITIES = ["worrying", "undecided", "other"];

/**
 * Return the gravity of an open search: "worrying", "undecided" or "other". Displays receive `undecided`, because they do not receive
 * the criteria.
 * @param {AnyState} state
 */
export const gravityOf = (state) => (state.worrying === true ? "worrying" : (state.undecided ?? needsDecision(state)) ? "undecided" : "other");

/**
 * Return the sort key of an open search. `rank` is 0 if its gravity is "other" and it has no open alarm.
 * @param {{ id: string, state: AnyState }} search
 * @param {Summary | undefined} summary undefined while it is not loaded
 * @returns {SearchPlace}
 */
export const placeOf = ({ id, state }, summary) => ({
  id, rank: 2 * (GRAVITIES.length - 1 - GRAVITIES.indexOf(gravityOf(state))) + Number(Boolean(summary?.alarm)), since: Date.parse(state.missing_since),
});

/** @param {SearchPlace} a @param {SearchPlace} b */
export const comparePlaces = (a, b) => b.rank - a.rank || b.since - a.since || (a.id < b.id ? -1 : 1);
