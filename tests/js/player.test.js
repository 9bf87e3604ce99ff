import assert from "node:assert/strict";
import { test } from "node:test";

import { SPEEDS, advance } from "../../static/js/replay/player.js";

const HOUR = 3_600_000;

test("time passes faster by the factor of the speed", () => {
  assert.deepEqual(advance(0, 16, 60, 50_000), { time: 960, skipped: 0 });
  assert.deepEqual(advance(1_000, 16, 1, null), { time: 1_016, skipped: 0 });
});
test("a long pause is skipped until shortly before the next event", () => {
  for (const speed of SPEEDS) {
    const next = 10 * HOUR, { time, skipped } = advance(0, 16, speed, next);
    assert.equal(time, next - 800 * speed);
    assert.equal(skipped, time);
  }
});
test("pauses of less than a minute are never skipped", () => {
  for (const speed of SPEEDS) assert.equal(advance(0, 16, speed, 60_000).skipped, 0);
});
