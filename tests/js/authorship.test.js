import "./no_page.js";
import assert from "node:assert/strict";
import { test } from "node:test";

const { isWritten, withSent } = await import("../../static/js/pages/handover/authorship.js");

const AT = "2026-11-24T09:00:00.000Z";
const mark = (handover) => ({ handover, by: "alice", at: AT, confirmed_by: null, confirmed_at: null });

test("a text counts as written if it was written or confirmed for the handover", () => {
  const values = { handover: 2, assessment: "on foot", contacts: "the mother", hypotheses: " ", authorship: { assessment: mark(1), contacts: mark(2), hypotheses: mark(2) } };
  assert.equal(isWritten(values, "assessment", 2), false);
  assert.equal(isWritten(values, "assessment", 1), true);
  assert.equal(isWritten(values, "contacts", 2), true);
  assert.equal(isWritten(values, "hypotheses", 2), false);
  assert.equal(isWritten(values, "dropped", 2), false);
});

test("a text without a mark is carried over, unless an earlier version wrote it for this handover", () => {
  assert.equal(isWritten({ handover: 2, assessment: "on foot", authorship: {} }, "assessment", 2), false);
  assert.equal(isWritten({ handover: 2, assessment: "on foot" }, "assessment", 2), true);
  assert.equal(isWritten({ handover: 1, assessment: "on foot" }, "assessment", 2), false);
  assert.equal(isWritten({ number: 2, remarks: "quiet" }, "remarks", 2), true);
});

test("critical points are treated like texts", () => {
  assert.equal(isWritten({ handover: 2, pinned: ["a"], authorship: { pinned: mark(2) } }, "pinned", 2), true);
  assert.equal(isWritten({ handover: 2, pinned: ["a"], authorship: { pinned: mark(1) } }, "pinned", 2), false);
  assert.equal(isWritten({ handover: 2, pinned: [], authorship: {} }, "pinned", 2), false);
});

test("sending the same text again confirms it, another text is new", () => {
  const known = { assessment: "on foot", authorship: { assessment: mark(1) } };
  const confirmed = withSent(known, { assessment: "on foot", keeper: "bob" }, 2, "dora");
  assert.deepEqual(Object.keys(confirmed), ["assessment"]);
  assert.equal(confirmed.assessment.by, "alice");
  assert.equal(confirmed.assessment.confirmed_by, "dora");
  assert.equal(confirmed.assessment.handover, 2);
  const changed = withSent(known, { assessment: "by tram" }, 2, "dora");
  assert.equal(changed.assessment.by, "dora");
  assert.equal(changed.assessment.confirmed_by, null);
});
