import assert from "node:assert/strict";
import { test } from "node:test";

import { alarmsOf, ownerOf, whoHasIt } from "../../static/js/format/ownership.js";

const BOB = { id: "bob", name: "Bob Claes" }, DORA = { id: "dora", name: "Dora Coord" };

test("each state of an owner has one sentence", () => {
  const sentence = (taker, assignee, me = "alice") => whoHasIt({ taken_by: taker, assignee }, me);
  assert.equal(sentence(null, null), "nobody has it yet");
  assert.deepEqual([sentence(BOB, null), sentence(BOB, BOB), sentence(BOB, BOB, "bob")], ["Bob Claes has it", "Bob Claes has it", "You have it"]);
  assert.deepEqual([sentence(null, BOB), sentence(null, BOB, "bob")], ["assigned to Bob Claes, no answer yet", "assigned to you, no answer yet"]);
  assert.deepEqual([sentence(DORA, BOB), sentence(DORA, BOB, "dora")], ["Dora Coord has it, assigned to Bob Claes", "You have it, assigned to Bob Claes"]);
});

test("an owner follows from the states of an alarm and its card", () => {
  const session = { accounts: new Map([["bob", BOB], ["dora", DORA]]) };
  assert.deepEqual(ownerOf({ taken_by: "dora" }, "bob", session), { taken_by: DORA, assignee: BOB });
  assert.deepEqual(ownerOf({ taken_by: null }, null, session), { taken_by: null, assignee: null });
});

test("an untaken alarm comes first among those about a card; ended ones are ignored", () => {
  const alarm = (id, taken, ended = null) => ({ state: { about: { id }, taken_by: taken, ended_at: ended } });
  const alarms = alarmsOf({ of: () => [alarm("one", null), alarm("one", "bob"), alarm("two", "bob"), alarm("three", null, "2026-11-26T09:15:48.000Z")] });
  assert.deepEqual([...alarms].map(([id, { taken_by: by }]) => [id, by]).sort(), [["one", null], ["two", "bob"]]);
});
