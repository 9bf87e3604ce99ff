import assert from "node:assert/strict";
import { test } from "node:test";

import { firstNeed } from "../../static/js/format/first_need.js";

const NOW = new Date("2026-11-26T10:00:00Z");
const task = (due) => ({ id: "t", number: 7, title: "Hospitals", due });
const sighting = (priority = "normal") => ({ id: "s", number: 6, received_at: "2026-11-26T09:32:00Z", priority });
const need = (summary, asking) => {
  const { need: code, count, length } = firstNeed(summary, NOW, asking);
  return [code, count, Math.round(length / 60_000)];
};

test("overdue tasks come before an unanswered sighting, and show the longest delay", () => {
  assert.deepEqual(need({ overdue_tasks: 2, overdue_task: task("2026-11-26T08:55:00Z"), unassessed_sighting: sighting() }), ["overdue", 2, 65]);
});
test("an urgent sighting comes first", () => {
  assert.deepEqual(need({ overdue_tasks: 1, overdue_task: task("2026-11-26T08:55:00Z"), unassessed_sighting: sighting("urgent") }), ["urgent", 1, 28]);
});
test("a task that became due since the summary is overdue", () => {
  assert.deepEqual(need({ overdue_tasks: 0, next_task: task("2026-11-26T09:50:00Z") }), ["overdue", 1, 10]);
});
test("a sighting to assess comes before a future task", () => {
  assert.deepEqual(need({ next_task: task("2026-11-26T11:00:00Z"), unassessed_sighting: sighting() }), ["sighting", 1, 28]);
});
test("a promise comes before what is not late, and hides the overdue task that it is about", () => {
  const promise = { id: "a", about: { kind: "task", id: "t", seq: 1 }, number: 7, taken_by: { id: "b", name: "Bob" }, until: "2026-11-26T10:30:00Z" };
  assert.equal(need({ promise, next_task: task("2026-11-26T11:00:00Z") })[0], "promise");
  assert.equal(need({ promise, overdue_tasks: 1, overdue_open: 0, overdue_task: task("2026-11-26T08:55:00Z") })[0], "promise");
  assert.equal(need({ promise, overdue_tasks: 2, overdue_open: 0, overdue_task: task("2026-11-26T08:55:00Z") })[0], "promise");
  assert.deepEqual(need({ promise, overdue_tasks: 2, overdue_open: 1, overdue_task: task("2026-11-26T08:55:00Z") }), ["overdue", 1, 65]);
});
test("the next task is named if nothing else is urgent", () => {
  assert.deepEqual(need({ next_task: task("2026-11-26T11:00:00Z") })[0], "due");
  assert.deepEqual(need({}), ["nothing", 0, 0]);
  assert.deepEqual(need(undefined), ["nothing", 0, 0]);
});
test("a slow clock causes no negative times", () => {
  assert.deepEqual(need({ overdue_tasks: 1, overdue_task: task("2026-11-26T10:05:00Z") }), ["overdue", 1, 0]);
});
test("an untaken alarm comes before everything, but only for those it asks", () => {
  const alarm = { rule: "urgent_sighting", raised_at: "2026-11-26T09:56:00Z", step: 1, next_at: null, about: { kind: "sighting", id: "s", number: 4 } };
  const summary = { alarm, alarms: 2, overdue_tasks: 1, overdue_task: task("2026-11-26T08:55:00Z"), unassessed_sighting: sighting("urgent") };
  assert.deepEqual(need(summary, [{ ...alarm, raised_at: "2026-11-26T09:58:00Z" }]), ["alarm", 1, 2]);
  assert.deepEqual(need(summary), ["others", 2, 4]);
  assert.deepEqual(need({ alarm: null, alarms: 0, unassessed_sighting: sighting("urgent") })[0], "urgent");
});
