/**
 * Queues of sightings: the step that each waits for. The server says it in the state; the same rule as board/commands/sightings/queues.py is
 * for states of earlier versions, and for commands that are still to be sent.
 */

/** Fields of a sighting that follow from the others. */
export const DERIVED = new Set(["queue", "queue_since"]);

const SETTLED = ["not_the_child", "unverifiable", "duplicate"];
const ASSURED = ["credible", "confirmed"];

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
export function queueOf({ withdrawn, assessment, passed_on: passedOn, looked_at: lookedAt, grade }) {
  if (withdrawn || SETTLED.includes(assessment)) return "answered";
  if (ASSURED.includes(assessment)) return passedOn ? "answered" : "pass_on";
  return lookedAt || grade.source !== "F" || grade.content !== 6 ? "judge" : "look";
}

/**
 * Return since when a sighting is in its queue; of an earlier version since it was received, null if that is not known.
 * @param {AnyState} state
 * @returns {IsoTime | null}
 */
export const queueSince = ({ queue_since: since, received_at: received }) => since ?? received ?? null;
