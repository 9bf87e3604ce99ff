import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import { label } from "../../static/js/core/labels.js";
import { decisionText, isMarked, takerOf } from "../../static/js/pages/handover/report_statements.js";

test("a decision is due only if a criterion applies, while the search is open", () => {
  const search = { worrying: null, undecided: true, status: "open" };
  assert.equal(decisionText(search), "To be decided");
  assert.equal(decisionText({ ...search, undecided: false }), "No criterion applies so far");
  assert.equal(decisionText({ ...search, status: "closed" }), label.decision(null));
  assert.deepEqual([true, false].map((worrying) => decisionText({ ...search, worrying })), ["yes", "no"].map(label.answer));
});
test("the person who accepted a handover is named instead of the expected one", () => {
  const handover = { status: "signed", incoming: "ada", ended_by: null };
  assert.equal(takerOf(handover), "ada");
  assert.equal(takerOf({ ...handover, status: "accepted", ended_by: "dora" }), "dora");
  assert.equal(takerOf(null), undefined);
});
test("reading and summaries after signing are known", () => {
  assert.equal(isMarked({}), false);
  assert.equal(isMarked({ reads: { ada: {} }, restatements: {} }), true);
  assert.equal(isMarked({ reads: {}, restatements: { ada: {} } }), true);
});
