import assert from "node:assert/strict";
import { test } from "node:test";

import { overdueAt } from "../../static/js/shared/board/card_badges.js";

const NOW = "2026-11-26T08:22:07Z";
const late = { id: "t", kind: "task", state: { due: "2026-11-26T08:00:00Z", column: "todo" } };
const board = (status) => {
  const entities = { b: { state: { status } }, todo: { state: { role: "todo" } }, done: { state: { role: "done" } } };
  return { id: "b", get: (id) => entities[id] };
};
const isLate = (status, more = {}) => overdueAt(board(status), NOW)({ ...late, state: { ...late.state, ...more } });

test("a task is overdue after its time, until it is done", () => {
  assert.equal(isLate("open"), true);
  assert.equal(isLate("found"), true);
  assert.equal(isLate("open", { due: "2026-11-26T09:00:00Z" }), false);
  assert.equal(isLate("open", { column: "done" }), false);
});
test("nothing of a closed search is overdue", () => assert.equal(isLate("closed"), false));
