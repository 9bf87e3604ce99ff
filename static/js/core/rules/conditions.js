/* Rules that the server declares as data (board/web/declarations.py). They come with the translations; so ask them when something is
   drawn, not when a module loads. */

import { rules, t as translate } from "../i18n.js";
import { valueAt } from "./merge_patch.js";

/**
 * Return whether a state meets a condition; the same interpreter as board/engine/conditions.py.
 * @param {Condition} condition
 * @param {AnyState} state
 */
export const holds = (condition, state) => Object.entries(condition).every(([path, values]) => values.includes(valueAt(state, path.replace("!", ""))) !== path.startsWith("!"));

/** @param {any} assessment whether it says that it is the child */
export const isAssured = (assessment) => rules().assured.includes(assessment);

/** @param {any} assessment whether it sets the sighting aside */
export const isSettled = (assessment) => rules().settled.includes(assessment);

/** @param {AnyState} state whether it is a sighting that waits for a grade */
export const isUngraded = (state) => holds(rules().ungraded, state);

/**
 * Return the right that undoing an event of a type needs; undefined if it cannot be undone.
 * @param {string} type
 * @returns {UndoRight | undefined}
 */
export const undoRight = (type) => rules().undo[type];

/**
 * Return why an appeal of a level does not allow a material; "" if it does, or if nothing is chosen yet.
 * @param {string} what
 * @param {string} level
 */
export const materialRefusal = (what, level) => (rules().materials.levels[what]?.includes(level) ?? true ? "" : translate(rules().materials.refusals[what]));

/** @param {string} detail whether it is never shown in public */
export const isOnlyForBrief = (detail) => rules().materials.only_brief.includes(detail);
