import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import { use } from "../../static/js/core/i18n.js";
import { label } from "../../static/js/core/labels.js";
import { decisionText, eventName, lastEvents, marksText, ownerText, sightingLists, takerOf } from "../../static/js/pages/handover/report_statements.js";

use(/** @type {any} */ ({ labels: {
  kinds: { sighting: "Sighting" }, fields: {}, done: { withdrawn: "withdrawn" }, values: { "sighting.assessment": { unassessed: "not assessed", unverifiable: "cannot be verified" }, category: { decision: "Decision" }, "criteria.answer": { yes: "Yes", no: "No" }, worrying: { null: "Not decided" } },
  events: { "sighting.added": "Sighting added", "sighting.assessed": "Sighting assessed", "search.goal_set": "Goal changed", "search.opened": "Search opened" },
} }));
const plain = (/** @type {string} */ text) => text.replaceAll("\u00a0", " ");

test("a decision is due only if a criterion applies, while the search is open", () => {
  const search = { worrying: null, undecided: true, status: "open", open_criteria: { unknown: [], open: 0, all: 9 } };
  assert.equal(decisionText(search), "To be decided");
  assert.equal(decisionText({ ...search, undecided: false }), "No criterion applies so far");
  assert.equal(decisionText({ ...search, status: "closed" }), label.decision(null));
  assert.deepEqual([true, false].map((worrying) => decisionText({ ...search, worrying })), ["yes", "no"].map(label.answer));
});
test("criteria that nobody went through are not told as a no", () => {
  const said = (/** @type {any} */ criteria) => plain(decisionText({ worrying: null, undecided: false, status: "open", open_criteria: criteria }));
  assert.equal(said({ unknown: [], open: 9, all: 9 }), "Criteria not gone through yet");
  assert.equal(said({ unknown: ["threat"], open: 8, all: 9 }), `Not all criteria gone through yet · Unknown: ${label.criterion("threat")}`);
  assert.equal(said({ unknown: ["threat"], open: 0, all: 9 }), `Unknown: ${label.criterion("threat")}`);
});
test("the person who accepted a handover is named instead of the expected one", () => {
  const handover = { status: "signed", incoming: "ada", ended_by: null };
  assert.equal(takerOf(handover), "ada");
  assert.equal(takerOf({ ...handover, status: "accepted", ended_by: "dora" }), "dora");
  assert.equal(takerOf(null), undefined);
});
test("of several events about a card or a field, the last is listed", () => {
  const card = { kind: "sighting", number: 7 }, events = [
    { ...card, id: "a", seq: 1, type: "sighting.added" }, { kind: "search", id: "s", seq: 2, type: "search.goal_set" }, { kind: "note", id: "n", seq: 3, type: "note.added" },
    { ...card, id: "a", seq: 4, type: "sighting.assessed" }, { kind: "search", id: "s", seq: 5, type: "search.appeal_set" }, { kind: "search", id: "s", seq: 6, type: "search.goal_set" },
  ];
  assert.deepEqual(lastEvents(events).map(({ seq }) => seq), [3, 4, 5, 6]);
});
test("an important event says what it set", () => {
  const assessed = { type: "sighting.assessed", kind: "sighting", number: 7 };
  assert.equal(plain(eventName({ ...assessed, result: { path: "assessment", value: "unverifiable" } })), "Sighting assessed: Sighting 7 · cannot be verified");
  assert.equal(plain(eventName({ ...assessed, result: { path: "withdrawn", value: true } })), "Sighting assessed: Sighting 7 · withdrawn");
  assert.equal(plain(eventName(assessed)), "Sighting assessed: Sighting 7", "in a report of an earlier version");
  assert.equal(eventName({ type: "search.goal_set", kind: "search", result: { path: "goal.text", value: "find the driver" } }), "Goal changed: find the driver");
  assert.equal(eventName({ type: "search.goal_set", kind: "search", result: { path: "goal.text", value: null } }), "Goal changed");
  assert.equal(eventName({ type: "search.opened", kind: "search", result: null }), "Search opened");
  const added = { type: "sighting.added", kind: "sighting", number: 7, result: { path: "assessment", value: "unassessed" } };
  assert.equal(plain(eventName(added)), "Sighting added: Sighting 7 · not assessed");
  assert.equal(plain(eventName({ ...added, now: { path: "assessment", value: "unverifiable" } })), "Sighting added: Sighting 7 · not assessed · now: cannot be verified");
  assert.equal(plain(eventName({ ...added, now: { path: "withdrawn", value: true } })), "Sighting added: Sighting 7 · not assessed · now: withdrawn");
  const decision = { type: "note.added", kind: "note", result: { path: "text", value: "first the aunt" }, author: "alice" };
  assert.equal(plain(eventName(decision, () => "Alice")), "Decision: first the aunt · Alice");
  assert.equal(eventName({ ...decision, author: null }, () => "Alice"), "Decision: first the aunt");
});
test("a list says who has a card and until when, as its alarm does", () => {
  const card = { kind: "task", id: "t", assignee: "bob" }, view = { nameOf: (/** @type {string} */ id) => id, report: { whole: { live: true } } }, until = new Date().toISOString();
  const alarms = (/** @type {any} */ alarm) => ({ listed: [{ about: { id: "t" }, taken_by: null, assignee: "bob", until: null, lapsed_by: null, lapsed_at: null, ...alarm }] });
  assert.match(ownerText(card, false, alarms({ taken_by: "bob", until }), view), /^bob has it until \d\d:\d\d$/);
  assert.equal(ownerText(card, false, alarms({}), view), "assigned to bob, alarm not answered");
  assert.equal(ownerText(card, true, alarms({}), view), "bob", "a finished task");
  assert.equal(ownerText(card, false, alarms({ assignee: null }), view), "nobody has it");
  assert.equal(ownerText(card, false, alarms({ assignee: null }), { ...view, report: { whole: { live: false } } }), "nobody had it", "when it was signed");
  assert.equal(ownerText({ ...card, assignee: null }, false, undefined, view), "nobody assigned", "in a report of an earlier version");
  assert.equal(ownerText({ ...card, kind: "sighting", assignee: null }, false, alarms({ about: { id: "other" } }), view), null);
});
test("an ungraded sighting is in one list", () => {
  const [one, two, three] = ["one", "two", "three"].map((id) => ({ id }));
  const { ungraded, waiting } = sightingLists({ ungraded: [one, three], to_look_at: [one], to_assess: [two] });
  assert.deepEqual(ungraded, [three]);
  assert.deepEqual(waiting, [[{ id: "one", ungraded: true }], [{ id: "two", ungraded: false }], []]);
});
test("reading and summaries after signing are named", () => {
  const summary = { text: "on foot", answered_at: null }, answered = { ...summary, answered_at: "2026-11-26T09:24:00.000Z" };
  const said = (/** @type {any} */ restatements, /** @type {any} */ reads = { ada: {} }) => marksText({ reads, restatements });
  assert.deepEqual([marksText({}), said({}), said({ ada: summary }), said({ ada: answered })],
    ["no events", "only read", "only read and summarised", "only read, summarised and answered"]);
  assert.deepEqual([said({ ada: summary }, {}), said({ ada: answered, bob: summary }, {})], ["only summarised", "only summarised and answered"]);
});
