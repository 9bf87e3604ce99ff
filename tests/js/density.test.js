import assert from "node:assert/strict";
import { test } from "node:test";

import { density, outline, share } from "../../static/js/replay/density.js";

test("each time counts in one part, the last one too", () => {
  assert.deepEqual(density([0, 1, 24, 25, 99, 100], 0, 100, 4), [3, 1, 0, 2]);
  assert.deepEqual(density([], 0, 100, 3), [0, 0, 0]);
});
test("times outside the range count at its ends", () => assert.deepEqual(density([-5, 500], 0, 100, 2), [1, 1]));
test("all times of an empty range are at its end", () => assert.equal(share(5, 5, 5), 1));
test("an empty part of the outline has no height, a single event some", () => {
  assert.equal(outline([0, 1, 4], 10), "M0 10V10H1V4.6H2V0H3V10Z");
});
