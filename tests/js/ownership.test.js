import assert from "node:assert/strict";
import { test } from "node:test";

import { alarmsOf, ownerOf, whoHasIt } from "../../static/js/format/ownership.js";

const BOB = { id: "bob", name: "Bob Claes" }, DORA = { id: "dora", name: "Dora Coord" };

test("each state of an owner has one sentence", () => {
  const said = (taker, assignee, me = "alice") => whoHasIt({ taken_by: taker, assignee }, me);
  assert.equal(said(null, null), "nobody has it yet");
  assert.deepEqual([said(BOB, null), said(BOB, BOB), said(BOB, BOB, "bob")], ["Bob Claes has it", "Bob Claes has it", "You have it"]);
  assert.deepEqual([said(null, BOB), said(null, BOB, "bob")], ["assigned to Bob Claes, no answer yet", "assigned to you, no answer yet"]);
  assert.deepEqual([said(DORA, BOB), said(DORA, BOB, "dora")], ["Dora Coord has it, assigned to Bob Claes", "You have it, assigned to Bob Claes"]);
});

test("an owner is named by the states of an alarm and its card", () => {
  const session = { accounts: new Map([["bob", BOB], ["dora", DORA]]) };
  assert.deepEqual(ownerOf({ taken_by: "dora" }, "bob", session), { taken_by: DORA, assignee: BOB });
  assert.deepEqual(ownerOf({ taken_by: null }, null, session), { taken_by: null, assignee: null });
});

test("of several alarms about a card, one that nobody has is told; those that have ended are not", () => {
  const alarm = (id, taken, ended = null) => ({ state: { about: { id }, taken_by: taken, ended_at: ended } });
  const found = alarmsOf({ of: () => [alarm("one", null), alarm("one", "bob"), alarm("two", "bob"), alarm("three", null, "2026-11-26T09:15:48.000Z")] });
  assert.deepEqual([...found].map(([id, { taken_by: by }]) => [id, by]).sort(), [["one", null], ["two", "bob"]]);
});
