/* What a search needs from somebody now: one thing, the most pressing. Pure. */

/**
 * Return the most pressing thing of an open search: an alarm that asks this person, one that asks others, an urgent sighting nobody assessed, the task overdue
 * longest, the sighting that waits longest, the task due next, or nothing.
 * @param {Summary | undefined} summary
 * @param {Date} now
 * @param {Alarm[]} [asking] open alarms of the search in the line of this person, the oldest first: as many as are red here
 * @returns {{ need: "alarm" | "others" | "urgent" | "overdue" | "sighting" | "due" | "nothing", count: number, length: number, card: DueTask & SummarySighting & Alarm | null }}
 *   `length` in ms: how long it waits or is overdue
 */
export function firstNeed(summary, now, asking = []) {
  const { overdue_task: overdue, next_task: next, unassessed_sighting: sighting, overdue_tasks: count = 0, alarm, alarms = 0 } = summary ?? {};
  const since = (/** @type {IsoTime | undefined} */ at) => Math.max(0, now.getTime() - Date.parse(at ?? now.toISOString()));
  const found = (/** @type {any} */ need, /** @type {any} */ card, /** @type {IsoTime | undefined} */ at, many = 1) => ({ need, card, count: many, length: since(at) });
  if (asking.length) return found("alarm", asking[0], asking[0].raised_at, asking.length);
  if (alarm) return found("others", alarm, alarm.raised_at, Math.max(1, alarms));
  if (sighting?.priority === "urgent") return found("urgent", sighting, sighting.received_at);
  if (overdue) return found("overdue", overdue, overdue.due, Math.max(1, count));
  if (next && Date.parse(next.due) < now.getTime()) return found("overdue", next, next.due); // since the last summary
  if (sighting) return found("sighting", sighting, sighting.received_at);
  return next ? found("due", next, undefined) : found("nothing", null, undefined, 0);
}
