import "./declarations.js";
import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import "./no_page.js";

import { clock } from "../../static/js/core/time.js";

const { alarmsOf, isLapsed, ownerOf, whoHadIt, whoHasCard, whoHasIt } = await import("../../static/js/format/ownership.js");
const { untakenText } = await import("../../static/js/core/rules/has_anybody.js");

const UNTIL = new Date(Math.ceil((Date.now() + 1_800_000) / 60_000) * 60_000).toISOString(), TIME = clock(UNTIL);
const BOB = { id: "bob", name: "Bob Claes" }, DORA = { id: "dora", name: "Dora Coord" };

test("each state of an owner has one sentence", () => {
  const sentence = (taker, assignee, me = "alice") => whoHasIt({ taken_by: taker, assignee }, me);
  assert.equal(sentence(null, null), "nobody has it");
  assert.deepEqual([sentence(BOB, null), sentence(BOB, BOB), sentence(BOB, BOB, "bob")], ["Bob Claes has it", "Bob Claes has it", "You have it"]);
  assert.deepEqual([sentence(null, BOB), sentence(null, BOB, "bob")], ["assigned to Bob Claes, alarm not answered", "assigned to you, alarm not answered"]);
  assert.deepEqual([sentence(DORA, BOB), sentence(DORA, BOB, "dora")], ["Dora Coord has it, assigned to Bob Claes", "You have it, assigned to Bob Claes"]);
});

test("a promise says until when, and a lapsed one who had it", () => {
  const said = (owner, me = "alice") => whoHasIt(owner, me);
  assert.deepEqual([said({ taken_by: BOB, until: UNTIL }), said({ taken_by: BOB, until: UNTIL }, "bob")], [`Bob Claes has it until ${TIME}`, `You have it until ${TIME}`]);
  assert.equal(said({ taken_by: DORA, assignee: BOB, until: UNTIL }), `Dora Coord has it until ${TIME}, assigned to Bob Claes`);
  const lapsed = { taken_by: null, assignee: BOB, lapsed_by: BOB, lapsed_at: UNTIL };
  assert.deepEqual([said(lapsed), said(lapsed, "bob")], [`nobody has it, Bob Claes had it until ${TIME}`, `nobody has it, you had it until ${TIME}`]);
});

test("a signed report says in the past who had an alarm", () => {
  const said = (owner) => whoHadIt({ taken_by: BOB, assignee: null, ...owner });
  assert.deepEqual([said({}), said({ assignee: BOB, until: UNTIL })], ["Bob Claes had it", `Bob Claes had it, promised until ${TIME}`]);
  assert.deepEqual([said({ assignee: DORA }), said({ assignee: DORA, until: UNTIL })],
    ["Bob Claes had it, assigned to Dora Coord", `Bob Claes had it, promised until ${TIME}, assigned to Dora Coord`]);
  assert.equal(said({ taken_by: null }), "nobody had it");
});

test("an alarm that was given up says who had it, unless its card is assigned", () => {
  const released = { taken_by: null, assignee: null, released_by: BOB, released_at: UNTIL };
  assert.equal(whoHasIt(released, "alice"), `nobody has it, Bob Claes had it until ${TIME}`);
  assert.equal(whoHasIt({ ...released, assignee: DORA }, "alice"), "assigned to Dora Coord, alarm not answered");
  assert.equal(whoHasIt({ ...released, taken_by: DORA }, "alice"), "Dora Coord has it");
});

test("an alarm that its owner lost says why, and blames nobody", () => {
  const lost = (because) => ({ taken_by: null, assignee: null, released_by: BOB, released_at: UNTIL, released_because: because });
  const said = ["access", "account", "duty", "handover"].flatMap((because) => [whoHasIt(lost(because), "bob"), whoHadIt(lost(because))]);
  assert.deepEqual(said, [
    `nobody has it: Bob Claes lost access (${TIME})`, `nobody had it: Bob Claes had lost access (${TIME})`,
    `nobody has it: the account of Bob Claes can no longer act (${TIME})`, `nobody had it: the account of Bob Claes could no longer act (${TIME})`,
    `nobody has it: the duty of Bob Claes ended (${TIME})`, `nobody had it: the duty of Bob Claes had ended (${TIME})`,
    `nobody has it: Bob Claes handed over the shift (${TIME})`, `nobody had it: Bob Claes had handed over the shift (${TIME})`,
  ]);
});

test("a sentence without names says that nobody has an alarm, also if its card is assigned after a promise lapsed", () => {
  assert.deepEqual([untakenText(false), untakenText(true)], ["nobody has it", "assigned, alarm not answered"]);
  assert.deepEqual([untakenText(false, true), untakenText(true, true)], ["nobody has it", "nobody has it"]);
  assert.deepEqual([isLapsed(null), isLapsed({ taken_by: null, lapsed_by: null }), isLapsed({ taken_by: "bob", lapsed_by: "dora" })], [false, false, false]);
  assert.ok(isLapsed({ taken_by: null, lapsed_by: "dora" }));
});

test("an owner follows from the states of an alarm and its card", () => {
  const session = { accounts: new Map([["bob", BOB], ["dora", DORA]]) };
  const nobody = { taken_by: null, assignee: null, until: null, lapsed_by: null, lapsed_at: null, released_by: null, released_at: null, released_because: null };
  assert.deepEqual(ownerOf({ taken_by: "dora", until: UNTIL }, "bob", session), { ...nobody, taken_by: DORA, assignee: BOB, until: UNTIL });
  assert.deepEqual(ownerOf({ taken_by: null }, null, session), nobody);
  assert.deepEqual(ownerOf({ taken_by: null, lapsed_by: "bob", lapsed_at: UNTIL }, null, session), { ...nobody, lapsed_by: BOB, lapsed_at: UNTIL });
});

test("an untaken alarm comes first among those about a card; ended ones are ignored", () => {
  const alarm = (id, taken, ended = null) => ({ state: { about: { id }, taken_by: taken, ended_at: ended } });
  const alarms = alarmsOf({ of: () => [alarm("one", null), alarm("one", "bob"), alarm("two", "bob"), alarm("three", null, "2026-11-26T09:15:48.000Z")] });
  assert.deepEqual([...alarms].map(([id, { taken_by: by }]) => [id, by]).sort(), [["one", null], ["two", "bob"]]);
});

test("a card without an alarm names its assignee as its owner", () => {
  assert.deepEqual([whoHasCard({ assignee: BOB }, "bob"), whoHasCard({ assignee: BOB }, "alice"), whoHasCard({ assignee: null }, "alice")], ["You have it", "Bob Claes has it", "nobody assigned"]);
  assert.equal(whoHasCard({ assignee: BOB, alarm: { taken_by: DORA, until: UNTIL } }, "alice"), `Dora Coord has it until ${TIME}, assigned to Bob Claes`);
});
