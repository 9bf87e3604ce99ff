/**
 * Queues of sightings, named after the next step. The state contains the queue; the rule here is for states of earlier versions and
 * for unsent commands.
 */
import { rules } from "../i18n.js";
import { meetsCondition } from "./conditions.js";

/** Fields of a sighting that are derived from its other fields. */
export const DERIVED = new Set(["queue", "queue_since"]);

/** @type {Record<WaitingQueue, { urgent: number, other: number }> | null} */
let targets = null;

/**
 * Return the minutes that a sighting may wait in a queue, by the targets of this installation.
 * @param {WaitingQueue} queue
 * @param {string} priority
 */
export function targetMinutes(queue, priority) {
  targets ??= JSON.parse(document.body.dataset.targets ?? "null");
  return targets?.[queue][priority === "urgent" ? "urgent" : "other"] ?? Infinity;
}

/** Queues of waiting sightings, in the order of the steps. @type {WaitingQueue[]} */
export const QUEUES = ["look", "judge", "pass_on"];

/**
 * Derive the queue of a sighting from its other fields.
 * @param {AnyState} state
 * @returns {Queue}
 */
export const queueOf = (state) => /** @type {Queue} */ (rules().queues.find(([, condition]) => meetsCondition(condition, state))?.[0]);

/**
 * Return the time at which a sighting entered its queue. In states of earlier versions, the time of receipt; null if unknown.
 * @param {AnyState} state
 * @returns {IsoTime | null}
 */
export const queueSince = ({ queue_since: since, received_at: received }) => since ?? received ?? null;
