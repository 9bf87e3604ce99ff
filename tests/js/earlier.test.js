import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";

import { earlierText, inOrder, timesText } from "../../static/js/format/earlier.js";

const times = (count) => timesText(Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, { days: at }])));

test("a child that was missing before is missing for the second, third, eleventh or twenty-first time", () => {
  assert.deepEqual([0, 1, 2, 3, 10, 11, 12, 19, 20, 21, 22, 23].map(times), [
    null, "2nd time", "3rd time", "4th time", "11th time", "12th time", "13th time", "20th time", "21st time", "22nd time", "23rd time", "24th time",
  ]);
  assert.equal(timesText(null), null);
  assert.equal(timesText(undefined), null); // a state of an earlier version
});
test("earlier disappearances are sorted by day, and those without one come first", () => {
  const earlier = { b: { date: "2024-03-02" }, a: { date: "2025-01-01" }, d: { place: "Gent" }, c: null };
  assert.deepEqual(inOrder(earlier).map(([key]) => key), ["d", "b", "a"]);
});
test("an earlier disappearance is one line without unknown parts", () => {
  assert.equal(earlierText({ date: "2024-03-02", days: 3, place: "Gent", reference: "X-31", note: "by bus" }), "2 Mar 2024 · 3 days · found: Gent · X-31 · by bus");
  assert.equal(earlierText({ days: 1 }), "1 day");
  assert.equal(earlierText({ days: 0, date: null }), "0 days");
  assert.equal(earlierText({}), "");
});
