import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import { use } from "../../static/js/core/i18n.js";
import { SINCE_LAST_LOOK, NONE, filter, read, written } from "../../static/js/shared/card_filter.js";

const card = (title) => ({ card: true, title, fields: { [title]: { control: "text" } }, forms: { first: [title], more: [], edit: [title] } });
use({ language: "en", messages: {}, labels: {}, kinds: { sighting: card("description"), task: card("title") } });

test("a filter survives a round trip through the URL", () => {
  const query = "?kind=task&assignee=me&overdue=yes";
  assert.equal(written(read(query)), query);
  assert.equal(written(NONE), "");
});
test("unknown values in the URL are ignored", () => assert.deepEqual(read("?kind=photo&grade=Z9&changed=soon&x=1"), NONE));

const sighting = { id: "s", kind: "sighting", state: { number: 7, grade: { source: "B", content: 2 }, assessment: "credible", assignee: null, description: "Red coat" } };
const task = { id: "t", kind: "task", state: { number: 8, assignee: "me1", title: "Call the école" } };
const shown = (values, text = "") => {
  const isShown = filter({ ...NONE, ...values }, text, {
    account: "me1", isOverdue: (card) => card === task, isChanged: (id) => id === "s", isSince: () => false, nameOf: () => "Alice",
  });
  return [sighting, task].filter(isShown).map(({ id }) => id).join("");
};

test("cards are filtered by kind, person, state and words", () => {
  assert.equal(shown({}), "st");
  assert.equal(shown({ kind: "task" }), "t");
  assert.equal(shown({ assignee: "me" }), "t");
  assert.equal(shown({ assignee: "nobody" }), "s");
  assert.equal(shown({ overdue: "yes" }), "t");
  assert.equal(shown({ changed: SINCE_LAST_LOOK }), "s");
  assert.equal(shown({ changed: "2026-11-24T10:00Z" }), "");
  assert.equal(shown({ assessment: "credible" }), "s");
  assert.equal(shown({}, "ECOLE alice"), "t");
});
test("F6 includes sightings to grade, but not settled ones", () => {
  const ungraded = (assessment) => ({ ...sighting, state: { ...sighting.state, grade: { source: "F", content: 6 }, assessment } });
  const isShown = filter({ ...NONE, grade: "F6" }, "", { account: "me1", isOverdue: () => false, isChanged: () => false, isSince: () => false, nameOf: () => "Alice" });
  assert.deepEqual(["unassessed", "credible", "duplicate", "not_the_child"].map((assessment) => isShown(ungraded(assessment))), [true, true, false, false]);
});
test("a grade includes equal and better ones, and F6 the ungraded sightings", () => {
  assert.deepEqual(["B2", "C3", "D4", "A1", "F6"].map((grade) => shown({ grade })), ["s", "s", "s", "", ""]);
});
test("words are matched with the current text of a card, after changes and renames", () => {
  const names = { me1: "Alice" };
  const matches = (card, text) => filter(NONE, text, { account: "me1", isOverdue: () => false, isChanged: () => false, isSince: () => false, nameOf: (id) => names[id] })(card);
  assert.deepEqual(["ecole", "alice"].map((text) => matches(task, text)), [true, true]);
  const changed = { ...task, state: { ...task.state, title: "Call the harbour" } };
  assert.deepEqual(["ecole", "harbour"].map((text) => matches(changed, text)), [false, true]);
  names.me1 = "Alicia Peeters";
  assert.deepEqual(["peeters", "alice"].map((text) => matches(changed, text)), [true, false]);
});
