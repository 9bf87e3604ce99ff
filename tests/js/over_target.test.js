import assert from "node:assert/strict";
import { test } from "node:test";

import "./no_page.js";
import "./declarations.js";

import { overTarget } from "../../static/js/shared/work/over_target.js";

const shown = (late, open) => {
  const { strings, values } = overTarget(late, open);
  return String.raw({ raw: strings }, ...values).replaceAll("\u00a0", " ");
};

test("only entries that nobody has are red", () => {
  assert.equal(shown(3, 0), "3 over their targets");
  assert.equal(shown(3, 3), '<b class="text-alert">3 over their targets</b>');
  assert.equal(shown(3, 1), '3 over their targets · <b class="text-alert">1 that nobody has</b>');
});
