import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";

import { ago, clock, date, day, instantsOf, late, moment, formatDuration, runningTime, toInput } from "../../static/js/core/time.js";

const now = new Date("2026-11-24T21:34:00Z"); // 22:34 in Brussels
const before = (seconds) => new Date(now.getTime() - seconds * 1000);

test("times are in the zone of Brussels, regardless of the machine's", () => {
  assert.equal(clock("2026-11-24T21:34:00Z"), "22:34");
  assert.equal(clock("2026-07-24T21:34:00Z"), "23:34");
  assert.equal(day("2026-11-24T23:30:00Z", now), "Wed 25 Nov");
  assert.equal(day("2025-11-24T12:00:00Z", now), "Mon 24 Nov 2025");
  assert.equal(moment(now, now), "22:34");
  assert.equal(moment("2026-11-23T21:34:00Z", now), "Mon 23 Nov 22:34");
});
test("the year is written unless it is the current one in Brussels", () => {
  const turn = new Date("2026-12-31T23:30:00Z"); // 00:30 of the new year
  assert.equal(date("2027-06-01T10:00:00Z", turn), "1 Jun");
  assert.equal(date("2026-06-01T10:00:00Z", turn), "1 Jun 2026");
  assert.equal(date("2026-12-31T22:59:00Z", turn), "31 Dec 2026");
  assert.equal(date("2026-12-31T23:00:00Z", turn), "1 Jan");
});
test("today is another day a minute later", () => {
  const last = new Date("2026-11-24T22:59:30Z"), first = new Date("2026-11-24T23:00:10Z");
  assert.equal(moment(last, last), "23:59");
  assert.equal(moment(last, first), "Tue 24 Nov 23:59");
  assert.equal(moment(first, first), "00:00");
});
test("an invalid time is an empty text", () => {
  for (const nothing of [null, undefined, "", "soon"]) assert.deepEqual([clock(nothing), day(nothing), ago(nothing), runningTime(nothing), late(nothing)], ["", "", "", "", ""]);
});
test("ages have suitable units", () => {
  assert.deepEqual([0, 59, 60, 3_600, 36_000, 172_800, -300].map((seconds) => ago(before(seconds), now)), [
    "just now", "just now", "1 min ago", "1 h 00 min ago", "10 h ago", "2 d ago", "in 5 min",
  ].map((text) => text));
  assert.equal(formatDuration(3 * 3_600_000 + 5 * 60_000), "3 h 05 min");
});
test("a running time has units, is never negative, and counts days", () => {
  assert.deepEqual([-5, 59.9, 60, 3_599, 3_900, 35_999, 36_000, 86_399, 86_400, 270_000].map((seconds) => runningTime(before(seconds), now)), [
    "0 s", "59 s", "1 min", "59 min", "1 h 05 min", "9 h 59 min", "10 h", "23 h", "1 d 00 h", "3 d 03 h",
  ]);
  assert.equal(runningTime(null, now), "");
});
test("a delay of less than a minute is not late", () => {
  assert.deepEqual([-60, 0, 59, 2_460].map((seconds) => late(before(seconds), now)), ["", "", "", "41 min overdue"]);
});
test("times of forms survive a round trip, even around a change to summer time", () => {
  const texts = ["2026-11-24T22:34", "2026-07-01T00:00", "2026-03-29T01:59", "2026-03-29T03:00", "2026-10-25T01:59", "2026-10-25T03:00"];
  for (const text of texts) assert.deepEqual(instantsOf(text).map(toInput), [text]);
  assert.deepEqual(instantsOf("2026-07-01T00:00"), ["2026-06-30T22:00:00.000Z"]);
  assert.deepEqual(instantsOf("2026-10-25T02:30"), ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"]);
  assert.deepEqual(instantsOf("2026-03-29T02:30"), []);
  assert.deepEqual(instantsOf(""), []);
  assert.deepEqual(instantsOf("tomorrow"), []);
  assert.equal(toInput(null), "");
});
