/** What's new: which net changes are read first, and how the others are counted. */
import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import { byImportance, countsOf, importanceOf } from "../../static/js/pages/unseen/importance.js";

const change = (kind, path, from, to, what = "changed") => ({ kind, id: `${kind} ${path}`, change: what, fields: [{ path, from, to }] });
const FOUND = change("search", "status", "open", "found"), APPEAL = change("search", "appeal.level", "none", "public");
const CREDIBLE = change("sighting", "assessment", "unassessed", "credible"), WORRYING = change("search", "worrying", null, true);
const URGENT = change("sighting", "priority", null, "urgent", "added"), OPENED = change("search", "reference", null, "DEMO-1", "added");
const DECISION = change("note", "category", null, "decision", "added"), STEP = change("alarm", "step", 0, 1);

test("found, opened, credible, urgent, appeals and decisions come first, in this order", () => {
  const all = [DECISION, STEP, APPEAL, URGENT, WORRYING, CREDIBLE, OPENED, FOUND, change("task", "due", null, "2026-11-30T11:05:06.368Z")];
  const states = new Map([[DECISION, { category: "decision" }]]);
  const { important, rest } = byImportance(all, (each) => states.get(each) ?? {});
  assert.deepEqual(important.map(({ importance }) => importance), ["found", "opened", "credible", "urgent", "appeal", "decision", "decision"]);
  assert.deepEqual(rest.map(({ kind }) => kind), ["alarm", "task"]);
});

test("a sighting that is credible no longer is read too, and an urgent one that was ruled out is not", () => {
  assert.equal(importanceOf(change("sighting", "assessment", "credible", "not_the_child"), {}), "credible");
  assert.equal(importanceOf(URGENT, { assessment: "not_the_child" }), null);
  assert.equal(importanceOf(change("task", "priority", "normal", "urgent"), {}), "urgent");
});

test("what is small is only counted", () => {
  const small = [change("sighting", "clothing", null, "coat"), change("search", "lead", null, "a"), change("note", "category", null, "comment", "added"), change("search", "status", "open", null, "removed")];
  assert.deepEqual(small.map((each) => importanceOf(each, {})), [null, null, null, null]);
});

test("the others are told as numbers", () => {
  const some = [STEP, change("task", "due", null, null), change("task", "title", "a", "b"), change("handover", "status", "prepared", "signed")];
  assert.deepEqual(countsOf(some), ["1 alarm", "2 tasks", "handover"]);
});
