import assert from "node:assert/strict";
import { test } from "node:test";

import { walkOptions } from "../../static/js/forms/combobox.js";

test("nothing is selected at first: the arrow down goes to the first option, up to the last", () => {
  assert.deepEqual([walkOptions(-1, 1, 3), walkOptions(-1, -1, 3)], [0, 2]);
});

test("the arrows go on at the other end", () => {
  assert.deepEqual([walkOptions(0, 1, 3), walkOptions(2, 1, 3), walkOptions(0, -1, 3)], [1, 0, 2]);
});
