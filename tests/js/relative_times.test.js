// What running times say: an overdue task is never "just now".

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { RelativeTimes } from "../../static/js/behaviours/relative_times.js";

const NOW = new Date("2026-11-26T09:42:30Z");

/** @param {string} due */
function said(due) {
  const element = { dateTime: due, dataset: { lateness: due }, textContent: "", matches: () => true, toggleAttribute: () => {} };
  new RelativeTimes(/** @type {any} */ ({ getElementsByTagName: () => [element] }), () => NOW).fill();
  return element.textContent;
}

test("a task is overdue from its first second on, and late by a length after a minute", () => {
  mock.timers.enable({ apis: ["setInterval"] });
  assert.equal(said("2026-11-26T09:42:00Z"), "overdue");
  assert.equal(said("2026-11-26T09:30:00Z"), "12 min late");
  assert.equal(said("2026-11-26T09:59:30Z"), "in 17 min");
  mock.timers.reset();
});
