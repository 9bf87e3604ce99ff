import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import { gravityOf } from "../../static/js/core/rules/search_gravity.js";
import { matchesSearch, shortPersonName, totals } from "../../static/js/format/search_list.js";
import { byGravity, byStatus, sortFromQuery } from "../../static/js/format/search_order.js";

const person = { first_name: "Noor", last_name: "Vermeulen", age: 15 };
const search = (id, seq, state) => ({ id, seq, state: { status: "open", worrying: false, criteria: {}, person, missing_since: "2026-11-20T10:00:00Z", ...state } });
const ids = (searches) => searches.map(({ id }) => id).join("");

test("worrying searches come first, then undecided ones, then the most recent", () => {
  const { open } = byStatus([
    search("a", 1, {}), search("b", 2, { missing_since: "2026-11-21T10:00:00Z" }), search("c", 3, { worrying: true }),
    search("d", 4, { worrying: null, person: { ...person, age: 8 } }),
  ]);
  assert.equal(ids(open), "cdba");
});
test("gravity is worrying, to be decided, or other", () => {
  const young = { ...person, age: 8 };
  const states = [{ worrying: true, person: young }, { worrying: null, person: young }, { worrying: false, person: young }, { worrying: null }, {
    worrying: null, criteria: { medical: { answer: "yes", basis: null } } }];
  assert.deepEqual(states.map((state) => gravityOf(search("a", 1, state).state)), ["worrying", "undecided", "other", "other", "undecided"]);
});
test("equally grave searches are sorted by time missing, independent of the input", () => {
  const all = [search("a", 1, { worrying: true }), search("b", 1, { worrying: true, missing_since: "2026-11-21T10:00:00Z" }), search("c", 1, { missing_since: "2026-11-26T10:00:00Z" }), search("d", 1, { worrying: true })];
  assert.equal(ids([...all].sort(byGravity(new Map()))), "badc");
  assert.equal(ids([...all].reverse().sort(byGravity(new Map()))), "badc");
});
test("searches with an untaken alarm come first in each group of gravity", () => {
  const late = { missing_since: "2026-11-28T10:00:00Z" }, young = { worrying: null, person: { ...person, age: 8 } };
  const all = [search("a", 1, late), search("b", 1, {}), search("c", 1, { ...young, ...late }), search("d", 1, young), search("e", 1, { worrying: true, ...late }), search("f", 1, { worrying: true })];
  const alarm = { rule: "urgent_sighting" }, summaries = new Map([...["b", "d", "f"].map((id) => [id, { alarm }]), ["a", { alarm: null, overdue_tasks: 9 }]]);
  assert.equal(ids(byStatus(all, { summaries }).open), "fedcba");
});
test("totals count open searches, and unanswered sightings of found ones", () => {
  const summaries = new Map([["a", { overdue_tasks: 2, unassessed_sightings: 1, unanswered: { look: 1, judge: 0, pass_on: 2, late: 2, late_open: { look: 0, judge: 0, pass_on: 1 } } }],
    ["b", { overdue_tasks: 9, unassessed_sightings: 9, unanswered: { look: 9, judge: 9, pass_on: 9, late: 9, late_open: { look: 9, judge: 9, pass_on: 9 } } }],
    ["d", { overdue_tasks: 9, unassessed_sightings: 9, unanswered: { look: 1, judge: 0, pass_on: 0, late: 0, late_open: { look: 0, judge: 0, pass_on: 0 } } }]]);
  const all = [search("a", 1, { worrying: true }), search("b", 2, { status: "closed", worrying: true }), search("c", 3, {}), search("d", 4, { status: "found" })];
  assert.deepEqual(totals(all, summaries), { worrying: 1, undecided: 0, other: 1, open: 2, overdue: 2, unassessed: 1, unanswered: 4, late: 2, lateOpen: 1 });
  assert.deepEqual(totals([], summaries), { worrying: 0, undecided: 0, other: 0, open: 0, overdue: 0, unassessed: 0, unanswered: 0, late: 0, lateOpen: 0 });
});
test("closed searches are sorted by their last change", () => {
  const { closed, open } = byStatus([search("a", 1, { status: "closed" }), search("b", 2, { status: "closed", worrying: true })]);
  assert.equal(ids(closed), "ba");
  assert.deepEqual(open, []);
});
test("searches are sorted by their last event if it is known", () => {
  const summaries = new Map([["a", { last: { at: "2026-11-24T10:00:00Z" } }], ["b", { last: null }]]);
  assert.equal(ids(byStatus([search("b", 9, {}), search("a", 1, {})], { sort: "event", summaries }).open), "ab");
  assert.equal(ids(byStatus([search("b", 9, {}), search("a", 1, { missing_since: "2026-11-01T00:00:00Z" })], { sort: "missing" }).open), "ab");
});
test("an unknown sort is replaced by the default", () => assert.deepEqual(["?sort=event", "?sort=x", ""].map(sortFromQuery), ["event", "gravity", "gravity"]));
test("a surname is shortened to its initial", () => {
  assert.equal(shortPersonName(person), "Noor V.");
  assert.equal(shortPersonName({ first_name: "Noor", last_name: null }), "Noor");
  assert.equal(shortPersonName({ first_name: "Noor", last_name: "émile" }), "Noor É.");
});
test("a search is found by the text of its card, but not by the surname", () => {
  assert.ok(matchesSearch(search("a", 1, { reference: "BE-1" }), "noor be-1"));
  assert.ok(!matchesSearch(search("a", 1, {}), "vermeulen"));
});
