import assert from "node:assert/strict";
import { test } from "node:test";

import "./no_page.js";
import "./declarations.js";

import { AlarmActions } from "../../static/js/shared/alarms/alarm_actions.js";

const actionsOn = (sent) => new AlarmActions({
  outbox: { add: (board, name, data) => (sent.push([board, name, data]), Promise.resolve({ seqs: [9] })) },
  alarms: { released: (id) => sent.push(["released", id]) },
}, () => {});

test("taking an alarm of a search is undone", async () => {
  const sent = [];
  await actionsOn(sent).undo({ id: "a", board: "s", seq: 7 });
  assert.deepEqual(sent, [["s", "undo", { seq: 7 }], ["released", "a"]]);
});
test("an alarm of operations, where nothing can be undone, is given back", async () => {
  const sent = [];
  await actionsOn(sent).undo({ id: "a", board: "operations", seq: 7 });
  await Promise.resolve();
  assert.deepEqual(sent, [["operations", "alarm.give_back", { alarm: "a" }], ["released", "a"]]);
});
