/* What a search needs from somebody now: one thing, the most pressing. Pure. */

/**
 * Return the most pressing thing of an open search: an alarm that nobody has, an urgent sighting nobody assessed, the task overdue longest, the sighting that
 * waits longest, the task due next, or nothing.
 * @param {Summary | undefined} summary
 * @param {Date} now
 * @returns {{ need: "alarm" | "urgent" | "overdue" | "sighting" | "due" | "nothing", count: number, length: number, card: DueTask & SummarySighting & SummaryAlarm | null }}
 *   `length` in ms: how long it waits or is overdue
 */
export function firstNeed(summary, now) {
  const { overdue_task: overdue, next_task: next, unassessed_sighting: sighting, overdue_tasks: count = 0, alarm, alarms = 0 } = summary ?? {};
  const since = (/** @type {IsoTime | undefined} */ at) => Math.max(0, now.getTime() - Date.parse(at ?? now.toISOString()));
  const found = (/** @type {any} */ need, /** @type {any} */ card, /** @type {IsoTime | undefined} */ at, many = 1) => ({ need, card, count: many, length: since(at) });
  if (alarm) return found("alarm", withNumber(alarm, summary), alarm.raised_at, Math.max(1, alarms));
  if (sighting?.priority === "urgent") return found("urgent", sighting, sighting.received_at);
  if (overdue) return found("overdue", overdue, overdue.due, Math.max(1, count));
  if (next && Date.parse(next.due) < now.getTime()) return found("overdue", next, next.due); // since the last summary
  if (sighting) return found("sighting", sighting, sighting.received_at);
  return next ? found("due", next, undefined) : found("nothing", null, undefined, 0);
}

/**
 * Return an alarm with the number of the card that it is about, where the summary has that.
 * @param {SummaryAlarm} alarm
 * @param {Summary | undefined} summary
 */
function withNumber(alarm, summary) {
  const cards = [summary?.unassessed_sighting, summary?.overdue_task, summary?.credible_sighting];
  return { ...alarm, about: { ...alarm.about, number: cards.find((card) => card?.id === alarm.about.id)?.number ?? null } };
}
