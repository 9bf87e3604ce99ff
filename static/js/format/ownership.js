/* Sentence about the owner of an alarm and its card, for every screen. */

import { untakenText } from "../core/rules/has_anybody.js";
import { t } from "../core/i18n.js";
import { accountName } from "./values.js";

/**
 * "You have it", "Bob Claes has it", "assigned to Bob Claes, no answer yet" or "nobody has it yet".
 * @param {{ taken_by?: AlarmTaker | null, assignee?: AlarmTaker | null }} owner
 * @param {string} me id of the reading account
 */
export function whoHasIt({ taken_by: taker, assignee }, me) {
  if (taker && assignee && assignee.id !== taker.id) return takenFor(taker, assignee.name, me);
  if (taker) return taker.id === me ? t("You have it") : t("{name} has it", { name: taker.name });
  if (!assignee) return untakenText(false);
  return assignee.id === me ? t("assigned to you, no answer yet") : t("assigned to {name}, no answer yet", { name: assignee.name });
}

/** @param {AlarmTaker} taker @param {string} assignee @param {string} me */
const takenFor = ({ id, name }, assignee, me) => (id === me ? t("You have it, assigned to {assignee}", { assignee }) : t("{name} has it, assigned to {assignee}", { name, assignee }));

/**
 * Return the owners of an alarm and its card, with their names.
 * @param {State} alarm
 * @param {string | null | undefined} assignee
 * @param {Session} session
 */
export function ownerOf({ taken_by: taker }, assignee, session) {
  const withAccountName = (/** @type {string | null | undefined} */ id) => (id ? { id, name: accountName(session, id) } : null);
  return { taken_by: withAccountName(taker), assignee: withAccountName(assignee) };
}

/**
 * Return the states of open alarms by subject id; if a subject has several, one that nobody has taken.
 * @param {Pick<AnyBoard, "of">} board
 * @returns {Map<string, State>}
 */
export function alarmsOf(board) {
  const open = board.of("alarm").map(({ state }) => state).filter(({ ended_at: ended }) => !ended);
  return new Map(open.sort((first, second) => Number(first.taken_by === null) - Number(second.taken_by === null)).map((state) => [state.about.id, state]));
}
