import assert from "node:assert/strict";
import { test } from "node:test";

import { badgesOfNotes, overdueAt } from "../../static/js/shared/board/card/card_badges.js";

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

test("of several notes and files of a card the newest change is said", () => {
  const entities = new Map([["old", { kind: "file", state: { card: "a" } }], ["new", { kind: "file", state: { card: "a" } }], ["a", { kind: "sighting", state: {} }]]);
  const badges = new Map([["new", { type: "file.added", at: "2026-11-26T09:00:00Z" }], ["old", { type: "file.withdrawn", at: "2026-11-26T08:00:00Z" }]]);
  const found = badgesOfNotes({ id: "b", badges, get: (id) => entities.get(id) });
  assert.deepEqual([...found].map(([card, { type }]) => [card, type]), [["a", "file.added"]]);
});
