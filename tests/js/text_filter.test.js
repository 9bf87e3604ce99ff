import assert from "node:assert/strict";
import { test } from "node:test";

import { matchesAll, searchableText, tokenize } from "../../static/js/core/rules/text_filter.js";

const finds = (typed, ...texts) => matchesAll(tokenize(typed), searchableText(texts));

test("all words are found, in any order and within others", () => {
  assert.ok(finds("graslei red", "Girl with a red coat", "at the Graslei"));
  assert.ok(finds("coa", "red coat"));
  assert.ok(!finds("red hat", "red coat"));
});
test("capitals and accents do not matter, on either side", () => {
  assert.ok(finds("LIEGE", "Liège"));
  assert.ok(finds("liège", "LIEGE"));
  assert.ok(finds("e\u0301cole", "École"));
});
test("an empty text finds everything, and missing texts are skipped", () => {
  assert.ok(finds("  ", "anything"));
  assert.ok(finds("12", null, undefined, 12));
});
test("thousands of accents on a letter are folded in one step", () => {
  const began = performance.now();
  assert.ok(finds("a", `a${"\u0301\u0300".repeat(50_000)}`));
  assert.ok(performance.now() - began < 2_000);
});
