/** Statements of a handover report that depend on several facts, as on paper (board/documents/search_facts.py). */

import { label } from "../../core/labels.js";
import { cardName } from "../../format/values.js";
import { say } from "../../core/rules/sentences.js";
import { whoHadIt, whoHasIt } from "../../format/ownership.js";

/** @typedef {{ path: string, value: any }} EventResult */
/** @typedef {{ unknown: string[], open: number, all: number }} OpenCriteria */

/**
 * Return the decision about whether the disappearance is worrying; without one, whether a decision is due.
 * @param {{ worrying: boolean | null, undecided: boolean, status: string, open_criteria: OpenCriteria }} search
 */
export function decisionText({ worrying, undecided, status, open_criteria: criteria }) {
  if (worrying !== null) return label.answer(worrying ? "yes" : "no");
  if (!undecided) return criteriaText(criteria);
  return status === "open" ? say("decision_due") : label.decision(null);
}

/**
 * Return the text about unanswered criteria, or the text that no criterion applies.
 * @param {OpenCriteria} criteria
 */
function criteriaText({ unknown, open, all }) {
  if (open === all) return say("criteria_open");
  const named = unknown.length ? say("criteria_unknown", { criteria: unknown.map(label.criterion).join(", ") }) : "";
  return [open ? say("criteria_partly_open") : "", named].filter(Boolean).join("\u00a0· ") || say("no_criterion");
}

/**
 * Return the text about marks since signing, which do not count as events: "only read and summarised".
 * board/documents/search_facts.py does the same.
 * @param {any} section
 */
export function marksText({ reads = {}, restatements = {} }) {
  const isRead = Object.keys(reads).length > 0, summaries = /** @type {{ answered_at: string | null }[]} */ (Object.values(restatements));
  if (summaries.some(({ answered_at: at }) => at)) return isRead ? say("only_read_answered") : say("only_answered");
  if (summaries.length) return isRead ? say("only_read_summarised") : say("only_summarised");
  return isRead ? say("only_read") : say("no_events");
}

/**
 * Return the significant events to list, in order; only the last event about each card or field.
 * @param {any[]} events
 * @returns {any[]}
 */
export function lastEvents(events) {
  const last = new Map(events.map((event) => ["number" in event ? event.id : `${event.type} ${event.id}`, event]));
  return [...last.values()].sort((one, other) => one.seq - other.seq);
}

/**
 * "Sighting added: Sighting 7 · not assessed · now: credible", "Goal changed: find the driver", "Decision: first the aunt · Alice"
 * @param {{ type: string, kind: string, number?: number | null, result?: EventResult | null, now?: EventResult | null, author?: string | null }} event
 * @param {(id: string) => string} [nameOf]
 */
export function eventName({ type, kind, number, result, now, author }, nameOf) {
  const isNote = kind === "note", value = resultText(kind, result), latest = resultText(kind, now);
  const what = isNote ? label.category("decision") : label.event(type); // other notes are not significant
  if (!number) return [value ? say("what_card", { what, card: value }) : what, isNote && author && nameOf?.(author)].filter(Boolean).join("\u00a0· ");
  return [say("what_card", { what, card: cardName({ kind, state: { number } }) }), value, latest && say("result_now", { result: latest })].filter(Boolean).join("\u00a0· ");
}

/** @param {string} kind @param {EventResult | null} [result] null or absent in reports of earlier versions */
function resultText(kind, result) {
  if (!result) return null;
  const { path, value } = result;
  return path === "withdrawn" ? label.done(path) : label.value(path, value, kind) ?? value;
}

/**
 * Return the section's lists of sightings, without duplicates; ungraded sightings in other lists are marked.
 * @param {any} section
 */
export function sightingLists({ ungraded, to_look_at: toLookAt = [], to_assess: toAssess = [], to_pass_on: toPassOn = [] }) {
  const idsOf = (/** @type {any[]} */ cards) => new Set(cards.map(({ id }) => id)), missing = idsOf(ungraded);
  const waiting = [toLookAt, toAssess, toPassOn].map((cards) => cards.map((/** @type {any} */ card) => ({ ...card, ungraded: missing.has(card.id) })));
  const listed = idsOf(waiting.flat());
  return { ungraded: ungraded.filter((/** @type {any} */ { id }) => !listed.has(id)), waiting };
}

/**
 * Return the text about who has a card, as on all screens: the owner of its alarm or, without an alarm, its assignee.
 * @param {any} card @param {boolean} isDone @param {any} alarms those of its search @param {Pick<HandoverView, "nameOf" | "report">} view
 * @returns {string | null}
 */
export function ownerText({ kind, id, assignee }, isDone, alarms, view) {
  const alarm = isDone ? null : alarms?.listed.find((/** @type {any} */ { about }) => about.id === id);
  if (alarm) return whoHasAlarm(alarm, view);
  if (assignee) return view.nameOf(assignee);
  return kind === "task" && !isDone ? say("nobody_assigned") : null;
}

/**
 * Return the text about who has a reported alarm or, in a signed report, who had it at that time.
 * @param {any} alarm
 * @param {Pick<HandoverView, "nameOf" | "report">} view
 */
export function whoHasAlarm(alarm, view) {
  const named = (/** @type {string | null} */ id) => (id ? { id, name: view.nameOf(id) } : null);
  const { taken_by: taker, assignee, until, lapsed_by: lapsed, lapsed_at, released_by: released, released_at, released_because } = alarm;
  const former = { lapsed_by: named(lapsed), lapsed_at, released_by: named(released), released_at, released_because };
  const owner = { taken_by: named(taker), assignee: named(assignee), until, ...former };
  return !isSigned(view) ? whoHasIt(owner, "") : whoHadIt(owner);
}

/** Return true if a report is as it was signed. @param {Pick<HandoverView, "report">} view */
export const isSigned = ({ report }) => report.whole?.live === false;

/** Return the account that accepted the handover, or is expected to. @param {any} handover */
export const takerOf = (handover) => (handover?.status === "accepted" ? handover.ended_by : handover?.incoming);
