import assert from "node:assert/strict";
import { test } from "node:test";

import { FRESH_MS, Freshness } from "../../static/js/core/connection/freshness.js";

/** A proof and its clock. */
function proof() {
  const clock = { ms: 0 };
  return { clock, proof: new Freshness(() => ({ mono: clock.ms, wall: clock.ms })) };
}

const heads = (seq) => ({ epoch: "e", seq });
const AT = "2026-11-24T21:34:00Z";

test("a board is live by heads that it has reached, and not for longer than they are fresh", () => {
  const { clock, proof: it } = proof();
  assert.equal(it.state(false), "loading");
  it.followed();
  assert.equal(it.state(true), "catching_up");
  assert.equal(it.heads(heads(5), AT, heads(5)), false);
  assert.equal(it.state(true), "live");
  clock.ms = FRESH_MS;
  assert.equal(it.state(true), "not_current");
});
test("heads that are not reached yet make nothing live", () => {
  const { proof: it } = proof();
  it.followed();
  it.heads(heads(5), AT, heads(4));
  assert.equal(it.state(true), "catching_up");
  it.applied(heads(5));
  assert.equal(it.state(true), "live");
});
test("a reader that is behind the heads of the heartbeat before asks again", () => {
  const { proof: it } = proof();
  it.followed();
  assert.equal(it.heads(heads(5), AT, heads(4)), false);
  assert.equal(it.heads(heads(5), AT, heads(4)), true);
  assert.equal(it.heads({ epoch: "other", seq: 1 }, AT, heads(4)), true);
});
test("a lost line is not live, however fresh the last heads are", () => {
  const { proof: it } = proof();
  it.followed();
  it.heads(heads(5), AT, heads(5));
  it.lost();
  assert.equal(it.state(true), "catching_up");
});
