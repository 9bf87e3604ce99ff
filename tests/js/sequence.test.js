import assert from "node:assert/strict";
import { test } from "node:test";

import { APPLY, Entities, GAP, OTHER_EPOCH, SEEN, entityChange, compareSeq } from "../../static/js/core/connection/sequence.js";

const position = { epoch: "e1", seq: 7 };

test("the next event is applied", () => assert.equal(compareSeq(position, "e1", 8), APPLY));
test("an event that is already applied is dropped", () => {
  assert.equal(compareSeq(position, "e1", 7), SEEN);
  assert.equal(compareSeq(position, "e1", 1), SEEN);
});
test("an event after the next one is a gap", () => assert.equal(compareSeq(position, "e1", 9), GAP));
test("seqs of different epochs are never compared", () => {
  for (const seq of [1, 7, 8, 9]) assert.equal(compareSeq(position, "e2", seq), OTHER_EPOCH);
});

test("an event with a state stores it, one with null removes it", () => {
  assert.deepEqual(entityChange({ kind: "task", id: "a", seq: 3, state: { title: "x" } }), {
    put: { kind: "task", id: "a", seq: 3, state: { title: "x" } },
  });
  assert.deepEqual(entityChange({ kind: "task", id: "a", seq: 4, state: null }), { drop: { kind: "task", id: "a" } });
});
test("erased and hidden events change nothing", () => {
  assert.deepEqual(entityChange({ kind: "task", id: "a", seq: 3, erased: true, state: {} }), {});
  assert.deepEqual(entityChange({ kind: "task", id: "a", seq: 3 }), {});
  assert.deepEqual(entityChange({ seq: 3 }), {});
});

test("entities are found by kind and id, and by id alone", () => {
  const task = { kind: "task", id: "a", seq: 1, state: {} }, note = { kind: "note", id: "b", seq: 2, state: {} };
  const entities = Entities.from([task, note]);
  assert.equal(entities.one("task", "a"), task);
  assert.equal(entities.one("note", "a"), undefined);
  assert.equal(entities.get("b"), note);
  assert.deepEqual([...entities], [task, note]);
  entities.drop({ kind: "task", id: "a" });
  assert.deepEqual(entities.of("task"), []);
  assert.equal(entities.size("note"), 1);
  assert.equal(entities.size("photo"), 0);
});
