/* The most pressing need of a search. Pure. */

/**
 * Return the most pressing need of an open search, in this order: an alarm for this person, an alarm for others, an unassessed urgent
 * sighting, a promise, the longest overdue task, the longest waiting sighting, the next due task, or nothing.
 * A promise does not come before an overdue task that nobody promised.
 * @param {Summary | undefined} summary
 * @param {Date} now
 * @param {Alarm[]} [asking] this person's open alarms of the search, oldest first
 * @returns {{ need: "alarm" | "others" | "urgent" | "promise" | "overdue" | "sighting" | "due" | "nothing", count: number, length: number, card: DueTask & SummarySighting & Alarm | null }}
 *   `length`: waiting or overdue time, in ms
 */
export function firstNeed(summary, now, asking = []) {
  const { overdue_task: overdue, next_task: next, unassessed_sighting: sighting, overdue_tasks: all = 0, overdue_open: count = all, alarm, alarms = 0, promise } = summary ?? {};
  const since = (/** @type {IsoTime | undefined} */ at) => Math.max(0, now.getTime() - Date.parse(at ?? now.toISOString()));
  const need = (/** @type {any} */ need, /** @type {any} */ card, /** @type {IsoTime | undefined} */ at, total = 1) => ({ need, card, count: total, length: since(at) });
  if (asking.length) return need("alarm", asking[0], asking[0].raised_at, asking.length);
  if (alarm) return need("others", alarm, alarm.raised_at, Math.max(1, alarms));
  if (sighting?.priority === "urgent") return need("urgent", sighting, sighting.received_at);
  if (promise && (!overdue || !count)) return need("promise", promise, undefined);
  if (overdue) return need("overdue", overdue, overdue.due, Math.max(1, count));
  if (next && Date.parse(next.due) < now.getTime()) return need("overdue", next, next.due); // the task became overdue after the last summary
  if (sighting) return need("sighting", sighting, sighting.received_at);
  return next ? need("due", next, undefined) : need("nothing", null, undefined, 0);
}
