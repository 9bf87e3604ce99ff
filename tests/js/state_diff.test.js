import assert from "node:assert/strict";
import { test } from "node:test";

import { differences, leaves, stateDiff } from "../../static/js/replay/state_diff.js";

test("leaves are values by path without nulls; lists are leaves", () => {
  assert.deepEqual([...leaves({ a: 1, b: { c: [1, 2], d: null }, e: null })], [["a", 1], ["b.c", [1, 2]]]);
});
test("differences are sorted by path, without equal lists", () => {
  assert.deepEqual(differences({ b: 1, a: { x: 1 }, c: [1] }, { b: 2, a: {}, c: [1] }), [
    { path: "a.x", from: 1, to: null },
    { path: "b", from: 1, to: 2 },
  ]);
});

const entity = (id, seq, state) => ({ kind: "task", id, seq, state });

test("a change and its reversal are no difference", () => {
  assert.deepEqual(stateDiff([entity("a", 1, { title: "x" })], [entity("a", 3, { title: "x" })]), []);
});
test("added, changed and removed entities have their fields", () => {
  const before = [entity("a", 1, { title: "x", number: 4 }), entity("b", 2, { title: "y" })];
  const after = [entity("a", 5, { title: "z", number: 4 }), entity("c", 6, { title: "n" })];
  assert.deepEqual(stateDiff(before, after), [
    { kind: "task", id: "a", number: 4, change: "changed", fields: [{ path: "title", from: "x", to: "z" }] },
    { kind: "task", id: "c", change: "added", fields: [{ path: "title", from: null, to: "n" }] },
    { kind: "task", id: "b", change: "removed", fields: [{ path: "title", from: "y", to: null }] },
  ]);
});
