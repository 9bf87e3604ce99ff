/* Sentence about the owner of an alarm and its card, for every screen; board/documents/open_alarms.py has it for paper. */

import { untakenText } from "../core/rules/has_anybody.js";
import { t } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";
import { formatUntil } from "./time_elements.js";
import { accountName } from "./values.js";

/** @typedef {{ name: string, time: string }} Lost name of the account that lost an alarm, and when */
/** @type {Record<string, (values: Lost) => string>} by the reason */
const LOST = {
  access: (values) => say("lost_access", values), account: (values) => say("lost_account", values),
  duty: (values) => say("lost_duty", values), handover: (values) => say("lost_handover", values),
};
/** @type {Record<string, (values: Lost) => string>} by the reason, in a signed report */
const LOST_AT_SIGNING = {
  access: (values) => say("lost_access_at_signing", values), account: (values) => say("lost_account_at_signing", values),
  duty: (values) => say("lost_duty_at_signing", values), handover: (values) => say("lost_handover_at_signing", values),
};

/**
 * "You have it until 12:40", "Bob Claes has it until 12:40", "nobody has it, Bob Claes had it until 12:40", "assigned to Bob Claes, alarm not answered"
 * "nobody has it: the duty of Bob Claes ended (12:40)"
 * or "nobody has it".
 * @param {Ownership} owner
 * @param {string} me id of the reading account
 */
export function whoHasIt(owner, me) {
  const { taken_by: taker, assignee, until } = owner;
  if (taker && assignee && assignee.id !== taker.id) return takenFor(taker, assignee.name, me, until);
  if (taker) return heldBy(taker, me, until);
  const former = formerOwner(owner);
  if (former) return hadIt(former, me);
  if (!assignee) return untakenText(false);
  return assignee.id === me ? t("assigned to you, alarm not answered") : say("no_answer", { name: assignee.name });
}

/**
 * Return the sentence about the owner at a past moment, such as the signature of a report.
 * @param {Ownership} owner
 */
export function whoHadIt(owner) {
  const { taken_by: taker, assignee } = owner, former = formerOwner(owner);
  if (former) return (LOST_AT_SIGNING[former.because ?? ""] ?? ((values) => say("had_it_at_signing", values)))(valuesOf(former));
  if (taker) return hadBy(owner, taker);
  return assignee ? whoHasIt(owner, "") : say("nobody_had_it");
}

/** @param {Ownership} owner @param {AlarmTaker} taker */
function hadBy({ assignee, until }, { id, name }) {
  const isOther = Boolean(assignee && assignee.id !== id), values = { name, assignee: assignee?.name, time: until ? formatUntil(until) : "" };
  if (isOther) return until ? say("held_at_signing_until_assigned", values) : say("held_at_signing_assigned", values);
  return until ? say("held_at_signing_until", values) : say("held_at_signing", values);
}

/**
 * Return the last owner of an alarm that nobody has, with the time and the reason of the loss. Return null if there
 * was no owner, or if the owner gave the alarm up and its card is assigned.
 * @param {Ownership} owner
 */
function formerOwner({ taken_by: taker, assignee, lapsed_by: lapsed, lapsed_at: lapsedAt, ...released }) {
  const { released_by: account, released_at: until, released_because: because } = released;
  if (taker) return null;
  if (lapsed && lapsedAt) return { account: lapsed, until: lapsedAt };
  return account && until && !assignee ? { account, until, because } : null;
}

/** @typedef {{ account: AlarmTaker, until: IsoTime, because?: string | null }} Former `because`: why the account lost the alarm, if it did */

/** @param {Former} former */
const valuesOf = ({ account, until }) => ({ name: account.name, time: formatUntil(until) });

/**
 * Return the sentence about the owner of a card or tip, with or without an alarm.
 * @param {{ assignee: AlarmTaker | null, alarm?: Ownership | null }} entry
 * @param {string} me
 */
export function whoHasCard({ assignee, alarm }, me) {
  if (alarm) return whoHasIt({ ...alarm, assignee }, me);
  return assignee ? heldBy(assignee, me) : say("nobody_assigned");
}

/** @param {AlarmTaker} taker @param {string} me @param {string | null} [until] */
function heldBy({ id, name }, me, until) {
  if (!until) return id === me ? t("You have it") : say("has_it", { name });
  const time = formatUntil(until);
  return id === me ? t("You have it until {time}", { time }) : say("has_it_until", { name, time });
}

/** @param {AlarmTaker} taker @param {string} assignee @param {string} me @param {string | null} [until] */
function takenFor({ id, name }, assignee, me, until) {
  if (!until) return id === me ? t("You have it, assigned to {assignee}", { assignee }) : say("has_it_assigned", { name, assignee });
  const time = formatUntil(until);
  return id === me ? t("You have it until {time}, assigned to {assignee}", { time, assignee }) : say("has_it_until_assigned", { name, time, assignee });
}

/** @param {Former} former @param {string} me */
function hadIt(former, me) {
  const values = valuesOf(former), lost = LOST[former.because ?? ""];
  if (lost) return lost(values);
  return former.account.id === me ? t("nobody has it, you had it until {time}", { time: values.time }) : say("had_it", values);
}

/**
 * Return true if somebody has a sighting or tip: by a promise or, if no alarm about it is open, as its assignee. The server counts by the
 * same rule (board/commands/cards/held_cards.py).
 * @param {string | null | undefined} assignee @param {{ taken_by?: unknown } | null | undefined} alarm about it
 */
export const isHeld = (assignee, alarm) => Boolean(alarm ? alarm.taken_by : assignee);

/**
 * Return true if a promise lapsed and nobody has taken the alarm since. Only this is red on the card of an alarm.
 * @param {{ taken_by?: unknown, lapsed_by?: unknown } | null | undefined} alarm
 */
export const isLapsed = (alarm) => Boolean(alarm && !alarm.taken_by && alarm.lapsed_by);

/**
 * Return the owners of an alarm and its card, with their names.
 * @param {State} alarm
 * @param {string | null | undefined} assignee
 * @param {Session} session
 */
export function ownerOf(alarm, assignee, session) {
  const { taken_by: taker, until, lapsed_by: lapsed, lapsed_at: lapsedAt, released_by: released, released_at: releasedAt, released_because: because } = alarm;
  const named = (/** @type {string | null | undefined} */ id) => (id ? { id, name: accountName(session, id) } : null);
  return {
    taken_by: named(taker), assignee: named(assignee), until: until ?? null,
    lapsed_by: named(lapsed), lapsed_at: lapsedAt ?? null, released_by: named(released), released_at: releasedAt ?? null, released_because: because ?? null,
  };
}

/**
 * Return an open alarm about a subject that nobody has, if there is one.
 * @param {Pick<AnyBoard, "of">} board @param {string} subject
 */
export const untakenAlarm = (board, subject) => board.of("alarm").find(({ state }) => state.about.id === subject && !state.ended_at && !state.taken_by);

/**
 * Return the promise about all late sightings of a search, if there is one.
 * @param {Pick<AnyBoard, "of">} board
 */
export const promiseOfQueues = (board) => board.of("alarm").find(({ state }) => state.occasion === "queue_late" && !state.ended_at && state.taken_by)?.state;

/**
 * Return the states of open alarms by subject id; if a subject has several, one that nobody has taken.
 * @param {Pick<AnyBoard, "of">} board
 * @returns {Map<string, State>}
 */
export function alarmsOf(board) {
  const open = board.of("alarm").map(({ state }) => state).filter(({ ended_at: ended }) => !ended);
  return new Map(open.sort((first, second) => Number(first.taken_by === null) - Number(second.taken_by === null)).map((state) => [state.about.id, state]));
}
