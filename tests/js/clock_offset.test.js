import assert from "node:assert/strict";
import { test } from "node:test";

import { ClockOffset } from "../../static/js/core/connection/clock_offset.js";

const CASES = { // by name: the offset in ms at each heartbeat, and the accepted offset after it
  "a late heartbeat changes nothing": [[-10, -3, -900, -20], [-10, -3, -3, -3]],
  "a clock set ahead is learned at once": [[0, 18_000_000, 18_000_000], [0, 18_000_000, 18_000_000]],
  "a clock set back is learned by two heartbeats": [[0, 0, -18_000_000, -18_000_100], [0, 0, 0, -18_000_000]],
  "heartbeats that waited for a sleeping machine change nothing": [[0, -7_200_000, -7_195_000, -7_190_000, -20], [0, 0, 0, 0, 0]],
  "a slow line changes nothing": [[-5, -6_000, -6_000, -6_000], [-5, -5, -5, -5]],
  "a heartbeat without a time changes nothing": [[0, NaN], [0, 0]],
};

for (const [name, [samples, learned]] of Object.entries(CASES)) {
  test(name, () => {
    const offset = new ClockOffset();
    assert.deepEqual(samples.map((ms) => (offset.add(ms), offset.ms)), learned);
  });
}
