/* One sentence for who has an alarm and its card, on every screen. */

import { t } from "../core/i18n.js";
import { accountName } from "./values.js";

/**
 * "You have it", "Bob Claes has it", "assigned to Bob Claes, no answer yet" or "nobody has it yet".
 * @param {{ taken_by?: AlarmTaker | null, assignee?: AlarmTaker | null }} owner
 * @param {string} me id of the account that reads it
 */
export function whoHasIt({ taken_by: taker, assignee }, me) {
  if (taker && assignee && assignee.id !== taker.id) return takenFor(taker, assignee.name, me);
  if (taker) return taker.id === me ? t("You have it") : t("{name} has it", { name: taker.name });
  if (!assignee) return t("nobody has it yet");
  return assignee.id === me ? t("assigned to you, no answer yet") : t("assigned to {name}, no answer yet", { name: assignee.name });
}

/**
 * Say whether anybody has an alarm, without a name, where others may see the screen.
 * @param {{ assignee?: AlarmTaker | null }} owner
 */
export const hasAnybody = ({ assignee }) => (assignee ? t("assigned, no answer yet") : t("nobody has it yet"));

/** @param {AlarmTaker} taker @param {string} assignee @param {string} me */
const takenFor = ({ id, name }, assignee, me) => (id === me ? t("You have it, assigned to {assignee}", { assignee }) : t("{name} has it, assigned to {assignee}", { name, assignee }));

/**
 * Name the accounts in the state of an alarm and of its card.
 * @param {State} alarm
 * @param {string | null | undefined} assignee
 * @param {Session} session
 */
export function ownerOf({ taken_by: taker }, assignee, session) {
  const named = (/** @type {string | null | undefined} */ id) => (id ? { id, name: accountName(session, id) } : null);
  return { taken_by: named(taker), assignee: named(assignee) };
}
