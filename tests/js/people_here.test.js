import assert from "node:assert/strict";
import { test } from "node:test";

import { nextDue, peopleHere } from "../../static/js/format/people_here.js";

const search = (id, first_name, state = {}) => ({ id, seq: 1, state: { status: "open", worrying: null, criteria: {}, missing_since: "2026-11-20T10:00:00Z", person: { first_name, age: 15 }, ...state } });
const alice = { account: "a", name: "Alice" }, bob = { account: "b", name: "Bob" };

test("each person is listed once, with the children, gravest first", () => {
  const summaries = new Map([["1", { present: [bob] }], ["2", { present: [alice, bob] }]]);
  const people = peopleHere([bob, bob], [search("1", "Lucas"), search("2", "Noor", { worrying: true })], summaries, null);
  assert.deepEqual(people.map(({ name, searches }) => [name, ...searches]), [["Alice", "Noor"], ["Bob", "Noor", "Lucas"]]);
});
test("the person in charge of the shift comes first, also while away", () => {
  const people = peopleHere([alice, bob], [], new Map(), { holder: "z", name: "Zoë" });
  assert.deepEqual(people.map(({ name, here, inCharge }) => [name, here, inCharge]), [["Zoë", false, true], ["Alice", true, false], ["Bob", true, false]]);
  assert.deepEqual(peopleHere([alice, bob], [], new Map(), { holder: "b", name: "Bob" }).map(({ name, here }) => [name, here]), [["Bob", true], ["Alice", true]]);
});
test("due tasks of open searches are sorted by time", () => {
  const task = (due) => ({ next_task: { id: due, number: 1, title: "x", due } });
  const summaries = new Map([["1", task("2026-11-26T12:00:00Z")], ["2", task("2026-11-26T11:00:00Z")], ["3", task("2026-11-26T10:00:00Z")], ["4", {}]]);
  const due = nextDue([search("1", "A"), search("2", "B"), search("3", "C", { status: "found" }), search("4", "D"), search("5", "E")], summaries);
  assert.deepEqual(due.map(({ name }) => name), ["B", "A"]);
});
