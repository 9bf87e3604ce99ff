/** Significant events, by the conditions that the kinds declare. */

import { rules } from "../i18n.js";
import { meetsCondition } from "./conditions.js";

const SIGHTING = "sighting.";

/** @param {string} type @param {AnyState} state state after the event, or current state */
const meetsSignificance = (type, state) => type in rules().significant && meetsCondition(rules().significant[type], state);

/**
 * Return true if an event is significant. An erased event is not.
 * @param {{ type: string, state?: AnyState | null }} event
 */
export const isSignificant = ({ type, state }) => Boolean(state && meetsSignificance(type, state));

/**
 * Return true if an event is about a sighting, so that later events may revise it.
 * @param {{ type: string }} event
 */
export const isAboutSighting = ({ type }) => type.startsWith(SIGHTING);

/**
 * Return true if a significant event of a sighting still applies: the sighting was not withdrawn, reassessed or ruled out.
 * @param {{ type: string, state?: AnyState | null }} event
 * @param {AnyState | undefined} current current state of the sighting
 */
export const stillApplies = ({ type, state }, current) => Boolean(current && !current.withdrawn && meetsSignificance(type, current) && (type !== "sighting.assessed" || current.assessment === state?.assessment));
