import assert from "node:assert/strict";
import { test } from "node:test";

import { FRESH_MS, Freshness } from "../../static/js/core/connection/freshness.js";

/** Return a proof of freshness and its clock. */
function setUp() {
  const clock = { ms: 0 };
  return { clock, freshness: new Freshness(() => ({ mono: clock.ms, wall: clock.ms })) };
}

const heads = (seq) => ({ epoch: "e", seq });
const AT = "2026-11-24T21:34:00Z";

test("a board is live if it has reached heads that are still fresh", () => {
  const { clock, freshness } = setUp();
  assert.equal(freshness.state(false), "loading");
  freshness.followed();
  assert.equal(freshness.state(true), "catching_up");
  assert.equal(freshness.heads(heads(5), AT, heads(5)), false);
  assert.equal(freshness.state(true), "live");
  clock.ms = FRESH_MS;
  assert.equal(freshness.state(true), "not_current");
});
test("heads ahead of a board do not make it live", () => {
  const { freshness } = setUp();
  freshness.followed();
  freshness.heads(heads(5), AT, heads(4));
  assert.equal(freshness.state(true), "catching_up");
  freshness.applied(heads(5));
  assert.equal(freshness.state(true), "live");
});
test("a reader behind the heads of the previous heartbeat requests events", () => {
  const { freshness } = setUp();
  freshness.followed();
  assert.equal(freshness.heads(heads(5), AT, heads(4)), false);
  assert.equal(freshness.heads(heads(5), AT, heads(4)), true);
  assert.equal(freshness.heads({ epoch: "other", seq: 1 }, AT, heads(4)), true);
});
test("a lost connection is not live, however fresh the last heads are", () => {
  const { freshness } = setUp();
  freshness.followed();
  freshness.heads(heads(5), AT, heads(5));
  freshness.lost();
  assert.equal(freshness.state(true), "catching_up");
});
