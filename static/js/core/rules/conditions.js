/* Rules that the server declares as data (board/web/declarations.py). They arrive with the translations, so read them when drawing, not
   when a module loads. */

import { rules, t as translate } from "../i18n.js";
import { valueAt } from "./merge_patch.js";

/**
 * Return true if a state meets a condition; the same interpreter as board/engine/conditions.py.
 * @param {Condition} condition
 * @param {AnyState} state
 */
export const meetsCondition = (condition, state) => Object.entries(condition).every(([path, values]) => values.includes(valueAt(state, path.replace("!", ""))) !== path.startsWith("!"));

/** Return true if an assessment confirms the child. @param {any} assessment */
export const isAssured = (assessment) => rules().assured.includes(assessment);

/** Return true if an assessment settles a sighting, so that nobody has to follow it up. @param {any} assessment */
export const isSettled = (assessment) => rules().settled.includes(assessment);

/** Return true if a sighting waits for its grade. @param {AnyState} state */
export const isUngraded = (state) => meetsCondition(rules().ungraded, state);

/**
 * Return the right that undoing an event of a type needs; undefined if it cannot be undone.
 * @param {string} type
 * @returns {UndoRight | undefined}
 */
export const undoRight = (type) => rules().undo[type];

/**
 * Return the reason why an appeal level does not allow a material; "" if it does, or if no material is chosen.
 * @param {string} material
 * @param {string} level
 */
export const materialRefusal = (material, level) => (rules().materials.levels[material]?.includes(level) ?? true ? "" : translate(rules().materials.refusals[material]));

/** Return true if a detail is never published. @param {string} detail */
export const isOnlyForBrief = (detail) => rules().materials.only_brief.includes(detail);
