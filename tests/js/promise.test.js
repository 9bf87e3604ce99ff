import assert from "node:assert/strict";
import { test } from "node:test";

import { endsSoon, longerPromise, nextTime, untilIn } from "../../static/js/format/promise.js";

const NOW = new Date("2026-11-26T10:00:20.000Z"); // 11:00:20 in Brussels
const at = (time) => `2026-11-26T${time}.000Z`;

test("an offered time is a whole minute, never a shorter one", () => {
  assert.deepEqual([10, 120].map((minutes) => untilIn(minutes, NOW)), [at("10:11:00"), at("12:01:00")]);
});

test("a longer promise begins at its end, and lasts at most 8 hours from now", () => {
  const longer = (until) => longerPromise(10, at(until), NOW);
  assert.deepEqual([longer("14:00:00"), longer("10:01:00"), longer("09:00:00")], [at("14:10:00"), at("10:11:00"), at("10:11:00")]);
  assert.equal(longer("17:58:00"), at("18:00:00"));
});

test("a promise ends soon two minutes before its end, or a fifth of it", () => {
  const soon = (taken, until) => endsSoon({ taken_at: at(taken), until: at(until) }, NOW);
  assert.deepEqual([soon("09:00:00", "10:02:00"), soon("09:00:00", "10:02:30")], [true, false]);
  assert.deepEqual([soon("09:57:00", "10:02:00"), soon("09:56:00", "10:01:00")], [false, true], "of five minutes, one");
  assert.equal(endsSoon({ taken_at: null, until: null }, NOW), false);
});

test("a typed time is the next one, within eight hours", () => {
  assert.deepEqual(["11:30", "11:00", "19:00", "19:01", "", "25:00"].map((clock) => nextTime(clock, NOW)), [at("10:30:00"), null, at("18:00:00"), null, null, null]);
  assert.equal(nextTime("00:30", new Date("2026-11-26T22:00:00.000Z")), "2026-11-26T23:30:00.000Z", "after midnight");
});
