/** Importance of net changes on "What’s new", and the count of the others. */
import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import { byImportance, countsOf, importanceOf } from "../../static/js/pages/unseen/importance.js";

const change = (kind, path, from, to, type = "changed") => ({ kind, id: `${kind} ${path}`, change: type, fields: [{ path, from, to }] });
const FOUND = change("search", "status", "open", "found"), APPEAL = change("search", "appeal.level", "none", "public");
const CREDIBLE = change("sighting", "assessment", "unassessed", "credible"), WORRYING = change("search", "worrying", null, true);
const URGENT = change("sighting", "priority", null, "urgent", "added"), OPENED = change("search", "reference", null, "DEMO-1", "added");
const DECISION = change("note", "category", null, "decision", "added"), STEP = change("alarm", "step", 0, 1);

test("found, opened, credible, urgent, appeals and decisions come first, in this order", () => {
  const all = [DECISION, STEP, APPEAL, URGENT, WORRYING, CREDIBLE, OPENED, FOUND, change("task", "due", null, "2026-11-30T11:05:06.368Z")];
  const states = new Map([[DECISION, { category: "decision" }]]);
  const { important, rest } = byImportance(all, (change) => states.get(change) ?? {});
  assert.deepEqual(important.map(({ importance }) => importance), ["found", "opened", "credible", "urgent", "appeal", "decision", "decision"]);
  assert.deepEqual(rest.map(({ kind }) => kind), ["alarm", "task"]);
});

test("a no longer credible sighting is important, an urgent one that is ruled out is not", () => {
  assert.equal(importanceOf(change("sighting", "assessment", "credible", "not_the_child"), {}), "credible");
  assert.equal(importanceOf(URGENT, { assessment: "not_the_child" }), null);
  assert.equal(importanceOf(change("task", "priority", "normal", "urgent"), {}), "urgent");
});

test("an alarm that passed on with the shift is important until somebody else has it", () => {
  const handed = change("alarm", "handover", null, 41);
  assert.deepEqual([importanceOf(handed, { handover: 41 }), importanceOf(handed, { handover: null })], ["handed_over", null]);
});

test("small changes are only counted", () => {
  const small = [change("sighting", "clothing", null, "coat"), change("search", "lead", null, "a"), change("note", "category", null, "comment", "added"), change("search", "status", "open", null, "removed")];
  assert.deepEqual(small.map((change) => importanceOf(change, {})), [null, null, null, null]);
});

test("the other changes are counted by kind", () => {
  const changes = [STEP, change("task", "due", null, null), change("task", "title", "a", "b"), change("handover", "status", "prepared", "signed")];
  assert.deepEqual(countsOf(changes), ["1 alarm", "2 tasks", "handover"]);
});
