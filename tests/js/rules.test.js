/** Cases with which the server's rules are tested too (tests/unit/test_rules.py). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { URL } from "node:url";

import "./declarations.js";
import { applyPatch } from "../../static/js/core/rules/merge_patch.js";
import { queueOf } from "../../static/js/core/rules/queues.js";
import { meetsCondition, isAssured, isSettled, undoRight } from "../../static/js/core/rules/conditions.js";
import { isSignificant, stillApplies } from "../../static/js/core/rules/significance.js";
import { needsDecision, suggestedCriteria } from "../../static/js/core/rules/suggested_criteria.js";

const CASES = JSON.parse(readFileSync(new URL("../rule_cases.json", import.meta.url), "utf-8"));

test("a condition holds for the states with its values", () => {
  for (const [condition, state, isMet] of CASES.conditions) assert.equal(meetsCondition(condition, state), isMet, JSON.stringify([condition, state]));
});

test("each sighting is in one queue", () => {
  for (const [state, queue] of CASES.queues) assert.equal(queueOf(state), queue, JSON.stringify(state));
});

test("significance follows from type and state", () => {
  for (const [type, state, expected] of CASES.significant) assert.equal(isSignificant({ type, state }), expected, type);
  assert.equal(isSignificant({ type: "search.opened", state: null }), false, "erased");
});

test("an event of a sighting applies until it is withdrawn or reassessed", () => {
  const event = { type: "sighting.assessed", state: { assessment: "credible" } };
  assert.ok(stillApplies(event, { assessment: "credible", withdrawn: false }));
  for (const now of [undefined, { assessment: "confirmed" }, { assessment: "duplicate" }, { assessment: "credible", withdrawn: true }]) assert.ok(!stillApplies(event, now));
});

test("a patch merges groups and replaces other values", () => {
  for (const [state, patch, merged] of CASES.patches) assert.deepEqual(applyPatch(state, patch), merged);
});

test("an age below thirteen is suggested until somebody decides", () => {
  for (const [age, born, since, answer, isSuggested] of CASES.ages) {
    const search = { person: { age, birth_date: born }, missing_since: since, worrying: null, criteria: { under_13: { answer, basis: null } } };
    assert.deepEqual(suggestedCriteria(search), isSuggested ? ["under_13"] : [], JSON.stringify(search));
    assert.equal(needsDecision(search), isSuggested || answer === "yes");
  }
});

test("undoing needs the right of the command, and more for a withdrawn file", () => {
  assert.equal(undoRight("task.added"), undefined);
  assert.equal(undoRight("search.status_set"), undefined);
  assert.deepEqual(undoRight("search.goal_set"), { role: "coordinator", while_closed: false, or_lead: true });
  assert.equal(undoRight("file.withdrawn")?.role, "coordinator");
  assert.ok(isAssured("confirmed") && !isAssured("duplicate") && isSettled("duplicate"));
});
