import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import { latestCredible } from "../../static/js/shared/board/search/latest_credible.js";

const card = (id, assessment, seen_at, fields = {}) => ({ kind: "sighting", id, state: { assessment, seen_at, received_at: "2026-11-24T09:00:00.000Z", withdrawn: false, ...fields } });
const latest = (...cards) => latestCredible(cards)?.id ?? null;

test("the latest sighting is the one seen last, regardless of the order of reports", () => {
  const early = card("a", "credible", "2026-11-24T05:05:00.000Z"), late = card("b", "confirmed", "2026-11-24T07:00:00.000Z");
  assert.equal(latest(early, late), "b");
  assert.equal(latest(late, early), "b");
});

test("only credible or confirmed sightings that are not withdrawn count", () => {
  const at = "2026-11-24T08:00:00.000Z", sure = card("z", "credible", "2026-11-24T05:05:00.000Z");
  for (const assessment of ["unassessed", "not_the_child", "unverifiable", "duplicate"]) assert.equal(latest(card("a", assessment, at), sure), "z");
  assert.equal(latest(card("a", "confirmed", at, { withdrawn: true }), sure), "z");
  assert.equal(latest({ ...card("a", "confirmed", at), kind: "task" }, sure), "z");
});

test("a sighting without a known time counts from its report", () => {
  const unknown = card("a", "credible", null), before = card("b", "credible", "2026-11-24T08:59:00.000Z"), after = card("c", "credible", "2026-11-24T09:01:00.000Z");
  assert.equal(latest(unknown, before), "a");
  assert.equal(latest(unknown, after), "c");
  assert.equal(latest(card("a", "credible", null, { received_at: null })), "a");
});

test("the first of two simultaneous sightings is chosen, and null without any", () => {
  const at = "2026-11-24T08:00:00.000Z";
  assert.equal(latest(card("b", "credible", at), card("a", "credible", at)), "b");
  assert.equal(latest(), null);
});
