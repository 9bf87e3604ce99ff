import assert from "node:assert/strict";
import { test } from "node:test";

import { matchesAll, searchableText, tokenize } from "../../static/js/core/rules/text_filter.js";

const finds = (typed, ...texts) => matchesAll(tokenize(typed), searchableText(texts));

test("all words are found, in any order and inside of others", () => {
  assert.ok(finds("graslei red", "Girl with a red coat", "at the Graslei"));
  assert.ok(finds("coa", "red coat"));
  assert.ok(!finds("red hat", "red coat"));
});
test("capitals and accents do not matter, on either side", () => {
  assert.ok(finds("LIEGE", "Liège"));
  assert.ok(finds("liège", "LIEGE"));
  assert.ok(finds("e\u0301cole", "École"));
});
test("nothing typed finds everything, and what is not there is skipped", () => {
  assert.ok(finds("  ", "anything"));
  assert.ok(finds("12", null, undefined, 12));
});
test("thousands of accents on one letter are folded at once", () => {
  const began = performance.now();
  assert.ok(finds("a", `a${"\u0301\u0300".repeat(50_000)}`));
  assert.ok(performance.now() - began < 2_000);
});
