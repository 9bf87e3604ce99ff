/** Significant events, by the conditions that the kinds declare. */

import { rules } from "../i18n.js";
import { holds } from "./conditions.js";

const SIGHTING = "sighting.";

/** @param {string} type @param {AnyState} state new or present */
const makesSignificant = (type, state) => type in rules().significant && holds(rules().significant[type], state);

/**
 * Return whether an event is significant; not if its details were erased.
 * @param {{ type: string, state?: AnyState | null }} event
 */
export const isSignificant = ({ type, state }) => Boolean(state && makesSignificant(type, state));

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
export const isStillSo = ({ type, state }, now) => Boolean(now && !now.withdrawn && makesSignificant(type, now) && (type !== "sighting.assessed" || now.assessment === state?.assessment));
