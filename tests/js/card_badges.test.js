import assert from "node:assert/strict";
import { test } from "node:test";

import { badgesOfNotes, overdueAt } from "../../static/js/shared/board/card/card_badges.js";

const NOW = "2026-11-26T08:22:07Z";
const late = { id: "t", kind: "task", state: { due: "2026-11-26T08:00:00Z", column: "todo" } };
const board = (status) => {
  const entities = { b: { state: { status } }, todo: { state: { role: "todo" } }, done: { state: { role: "done" } } };
  return { id: "b", get: (id) => entities[id] };
};
const isLate = (status, fields = {}) => overdueAt(board(status), NOW)({ ...late, state: { ...late.state, ...fields } });

test("a task is overdue after its time, until it is done", () => {
  assert.equal(isLate("open"), true);
  assert.equal(isLate("found"), true);
  assert.equal(isLate("open", { due: "2026-11-26T09:00:00Z" }), false);
  assert.equal(isLate("open", { column: "done" }), false);
});
test("tasks of a closed search are never overdue", () => assert.equal(isLate("closed"), false));

test("a card shows the newest change of its notes and files", () => {
  const entities = new Map([["old", { kind: "file", state: { card: "a" } }], ["new", { kind: "file", state: { card: "a" } }], ["a", { kind: "sighting", state: {} }]]);
  const badges = new Map([["new", { type: "file.added", at: "2026-11-26T09:00:00Z" }], ["old", { type: "file.withdrawn", at: "2026-11-26T08:00:00Z" }]]);
  const badgesByCard = badgesOfNotes({ id: "b", badges, get: (id) => entities.get(id) });
  assert.deepEqual([...badgesByCard].map(([card, { type }]) => [card, type]), [["a", "file.added"]]);
});
