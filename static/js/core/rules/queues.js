/**
 * Queues of sightings: the step that each waits for. The server says it in the state; its rule is here for states of earlier versions,
 * and for commands that are still to be sent.
 */
import { rules } from "../i18n.js";
import { holds } from "./conditions.js";

/** Fields of a sighting that follow from the others. */
export const DERIVED = new Set(["queue", "queue_since"]);

/** @type {Record<WaitingQueue, { urgent: number, other: number }> | null} */
let targets = null;

/**
 * Return how many minutes a sighting may wait in a queue, by the targets of this installation.
 * @param {WaitingQueue} queue
 * @param {string} priority
 */
export function targetMinutes(queue, priority) {
  targets ??= JSON.parse(document.body.dataset.targets ?? "null");
  return targets?.[queue][priority === "urgent" ? "urgent" : "other"] ?? Infinity;
}

/** Queues in which something waits, in the order of the steps. @type {WaitingQueue[]} */
export const QUEUES = ["look", "judge", "pass_on"];

/**
 * Return the queue that follows from the other fields of a sighting.
 * @param {AnyState} state
 * @returns {Queue}
 */
export const queueOf = (state) => /** @type {Queue} */ (rules().queues.find(([, condition]) => holds(condition, state))?.[0]);

/**
 * Return since when a sighting is in its queue; of an earlier version since it was received, null if that is not known.
 * @param {AnyState} state
 * @returns {IsoTime | null}
 */
export const queueSince = ({ queue_since: since, received_at: received }) => since ?? received ?? null;
