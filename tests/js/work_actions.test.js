import assert from "node:assert/strict";
import { test } from "node:test";

import "./no_page.js";
import "./declarations.js";

const { WorkActions } = await import("../../static/js/shared/work/work_actions.js");

const MINUTE_MS = 60_000, ALARM = { id: "a", taken_by: { id: "me", name: "Me" } };
const inMinutes = (minutes) => new Date(Math.ceil(Date.now() / MINUTE_MS + minutes) * MINUTE_MS).toISOString();

function actionsOn(sent) {
  const alarms = { promise: (alarm, until) => sent.push([alarm.id, until]), send: (board, name, data) => sent.push([name, data]) };
  return new WorkActions("me", alarms, {}, {});
}

test("more time makes a promise longer, never shorter", () => {
  const sent = [], until = inMinutes(120);
  actionsOn(sent).extend({ id: "s", kind: "sighting", board: "b", by: until, alarm: ALARM }, 10);
  assert.deepEqual(sent, [["a", new Date(Date.parse(until) + 10 * MINUTE_MS).toISOString()]]);
});

test("more time makes the due time of a task later", () => {
  const sent = [], due = inMinutes(30);
  actionsOn(sent).extend({ id: "t", kind: "task", board: "b", by: due, alarm: null }, 10);
  assert.deepEqual(sent, [["task.update", { task: "t", due: new Date(Date.parse(due) + 10 * MINUTE_MS).toISOString() }]]);
});
