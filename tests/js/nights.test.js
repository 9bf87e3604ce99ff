import "./declarations.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { exactLength, watchLineText } from "../../static/js/format/exact_length.js";
import { isPastNight, lastDays, lastNight, nextDate, nightOf, ticksOf } from "../../static/js/core/rules/nights.js";

const at = (iso) => new Date(iso);

test("a night begins at 19:00 in Brussels", () => {
  assert.equal(lastNight(at("2026-11-30T17:59:59Z")), "2026-11-29");
  assert.equal(lastNight(at("2026-11-30T18:00:00Z")), "2026-11-30");
  assert.equal(lastNight(at("2026-12-01T05:00:00Z")), "2026-11-30");
  assert.deepEqual(nightOf("2026-11-30"), { from: "2026-11-30T18:00:00.000Z", to: "2026-12-01T06:00:00.000Z" });
  assert.equal(nextDate("2026-12-31", 1), "2027-01-01");
});

test("the nights of the clock changes have 11 or 13 hours", () => {
  const hours = (date) => ticksOf(nightOf(date)).length - 1;
  assert.deepEqual([hours("2026-03-28"), hours("2026-10-24"), hours("2026-11-30")], [11, 13, 12]);
});

test("only nights that have begun are past", () => {
  const now = at("2026-12-01T12:00:00Z");
  assert.deepEqual(["2026-11-30", "2026-12-01", "yesterday", "2026-13-01", "", null].map((date) => isPastNight(date, now)), [true, false, false, false, false, false]);
});

test("a month ends now", () => {
  assert.deepEqual(lastDays(30, at("2026-12-01T12:00:00Z")), { from: "2026-11-01T12:00:00.000Z", to: "2026-12-01T12:00:00.000Z" });
});

test("a longer period has twelve parts", () => {
  const ticks = ticksOf({ from: "2026-11-29T18:00:00Z", to: "2026-12-01T06:00:00Z" });
  assert.deepEqual([ticks.length, ticks[0].share, ticks[12].share, ticks[1].at.toISOString()], [13, 0, 1, "2026-11-29T21:00:00.000Z"]);
});

test("a short period has whole minutes at least", () => {
  const sharesOf = (to) => ticksOf({ from: "2026-12-01T18:57:20Z", to }).map(({ share }) => share);
  assert.deepEqual([sharesOf("2026-12-01T19:01:30Z"), sharesOf("2026-12-01T18:57:40Z")], [[0, 0.25, 0.5, 0.75, 1], [0, 1]]);
});

test("lengths are exact below an hour", () => {
  assert.deepEqual([0, 12, 60, 192, 3_600, 6_720].map(exactLength), ["0 min", "12 s", "1 min", "3 min 12 s", "1 h 00 min", "1 h 52 min"]);
});

test("the line of the watch has both figures", () => {
  assert.equal(watchLineText({ unwatched_s: 0, longest_taken_s: 192 }), "Unwatched time of grave alarms, added up: 0 min. Time in which someone on duty had been asked does not count. Longest wait: 3 min 12 s.");
  const addends = /** @type {[string, number][]} */ ([["Mila B., 6 · Urgent sighting 4", 180], ["others", 60]]);
  assert.ok(watchLineText({ unwatched_s: 240, longest_taken_s: 192 }, addends).startsWith("Unwatched time of grave alarms, added up: 4 min (Mila B., 6 · Urgent sighting 4: 3 min; others: 1 min). "));
  assert.ok(watchLineText({ unwatched_s: 240, longest_taken_s: 192 }, [], "Mila B., 6 · Urgent sighting 4").endsWith("Longest wait: 3 min 12 s (Mila B., 6 · Urgent sighting 4)."));
  assert.ok(watchLineText({ unwatched_s: 60, longest_taken_s: 60 }, [["Worrying disappearance?", 60]]).includes("(Worrying disappearance? 1 min)"), "a question has no colon");
  assert.equal(watchLineText({ unwatched_s: 240, longest_taken_s: null }), "Unwatched time of grave alarms, added up: 4 min. Time in which someone on duty had been asked does not count. No grave alarm waited.");
});
