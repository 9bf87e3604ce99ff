import assert from "node:assert/strict";
import { test } from "node:test";

import { afterClose, backoff } from "../../static/js/core/connection/connection.js";

test("a close code determines how to reconnect", () => {
  assert.deepEqual([1000, 1001, 1006, 1012, 4401, 4500, 4999].map(afterClose), ["soon", "spread", "soon", "spread", "soon", "ask", "ask"]);
});
test("attempts have growing delays of up to fifteen seconds, with jitter", () => {
  assert.deepEqual([0, 1, 4, 5, 50].map((attempt) => backoff(attempt, 0)), [250, 500, 4_000, 7_500, 7_500]);
  assert.ok(backoff(50, 0.999) <= 15_000);
});
