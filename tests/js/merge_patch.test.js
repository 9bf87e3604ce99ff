import assert from "node:assert/strict";
import { test } from "node:test";

import { valueAt, fieldChanges, applyPatch, toPatch, isEqual } from "../../static/js/core/rules/merge_patch.js";

test("a merge does not change the original state", () => {
  const state = { a: { b: 1 } };
  applyPatch(state, { a: { b: 2 } });
  assert.deepEqual(state, { a: { b: 1 } });
});
test("paths can be read, even through missing parts, and written", () => {
  assert.equal(valueAt({ person: { age: 8 } }, "person.age"), 8);
  assert.equal(valueAt({ person: null }, "person.age"), null);
  assert.equal(valueAt({}, "person.age"), null);
  assert.deepEqual(toPatch({ "place.text": "Gent", "place.lat": 51, title: "x" }), { place: { text: "Gent", lat: 51 }, title: "x" });
});
test("null equals a missing value, and lists are compared by their contents", () => {
  assert.ok(isEqual(null, undefined));
  assert.ok(isEqual([1, { a: 2 }], [1, { a: 2 }]));
  assert.ok(!isEqual([1], [2]));
  assert.ok(!isEqual(0, null));
});
test("a difference has the old and the new value at each path", () => {
  assert.deepEqual(fieldChanges({ a: { b: 1 } }, { a: {} }, ["a.b"]), [{ path: "a.b", from: 1, to: null }]);
});
