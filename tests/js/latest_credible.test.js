import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import { latestCredible } from "../../static/js/shared/board/search/latest_credible.js";

const card = (id, assessment, seen_at, more = {}) => ({ kind: "sighting", id, state: { assessment, seen_at, received_at: "2026-11-24T09:00:00.000Z", withdrawn: false, ...more } });
const found = (...cards) => latestCredible(cards)?.id ?? null;

test("the latest is the one that was seen last, in whatever order it was reported", () => {
  const early = card("a", "credible", "2026-11-24T05:05:00.000Z"), late = card("b", "confirmed", "2026-11-24T07:00:00.000Z");
  assert.equal(found(early, late), "b");
  assert.equal(found(late, early), "b");
});

test("only what somebody assessed as credible or confirmed counts, and is not withdrawn", () => {
  const at = "2026-11-24T08:00:00.000Z", sure = card("z", "credible", "2026-11-24T05:05:00.000Z");
  for (const assessment of ["unassessed", "not_the_child", "unverifiable", "duplicate"]) assert.equal(found(card("a", assessment, at), sure), "z");
  assert.equal(found(card("a", "confirmed", at, { withdrawn: true }), sure), "z");
  assert.equal(found({ ...card("a", "confirmed", at), kind: "task" }, sure), "z");
});

test("a sighting whose time is not known counts from when it was reported", () => {
  const unknown = card("a", "credible", null), before = card("b", "credible", "2026-11-24T08:59:00.000Z"), after = card("c", "credible", "2026-11-24T09:01:00.000Z");
  assert.equal(found(unknown, before), "a");
  assert.equal(found(unknown, after), "c");
  assert.equal(found(card("a", "credible", null, { received_at: null })), "a");
});

test("of two at the same time the first is chosen, and of none nothing", () => {
  const at = "2026-11-24T08:00:00.000Z";
  assert.equal(found(card("b", "credible", at), card("a", "credible", at)), "b");
  assert.equal(found(), null);
});
