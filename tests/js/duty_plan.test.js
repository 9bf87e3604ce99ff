import assert from "node:assert/strict";
import { test } from "node:test";

import { addDays, coverageOf, daysOf, dutyText, entriesOf, holesIn, mondayOf, overlaps, parseDuties, placeOf, planChange } from "../../static/js/core/rules/duty_plan.js";

const [monday] = daysOf("2026-11-30");
const entry = (account, starts_at, ends_at, id = account) => ({ id, account, starts_at, ends_at, uid: null });
const night = entry("a", "2026-11-30T22:00:00.000Z", "2026-12-01T06:00:00.000Z");

test("a week begins on Monday at 07:00 in Brussels", () => {
  assert.equal(mondayOf(new Date("2026-11-30T05:59:00Z")), "2026-11-23", "06:59 is still of Sunday");
  assert.equal(mondayOf(new Date("2026-11-30T06:00:00Z")), "2026-11-30");
  assert.equal(mondayOf(new Date("2026-12-06T22:00:00Z")), "2026-11-30");
  assert.equal(addDays("2026-12-31", 1), "2027-01-01");
});
test("days of the clock changes have 25 and 23 hours", () => {
  const autumn = daysOf("2026-10-19"), spring = daysOf("2027-03-22");
  assert.deepEqual(autumn.map(({ hours }) => hours), [24, 24, 24, 24, 24, 25, 24]);
  assert.deepEqual(spring.map(({ hours }) => hours), [24, 24, 24, 24, 24, 23, 24]);
});
test("a night is one duty, also in the night of a clock change", () => {
  assert.deepEqual(parseDuties("23-7", monday), [{ starts_at: "2026-11-30T22:00:00.000Z", ends_at: "2026-12-01T06:00:00.000Z" }]);
  const [, , , , , saturday] = daysOf("2026-10-19");
  const [duty] = parseDuties("23-7", saturday);
  assert.equal((Date.parse(duty.ends_at) - Date.parse(duty.starts_at)) / 3_600_000, 9);
  assert.deepEqual(placeOf(duty, saturday), { left: 16 / 25, width: 9 / 25 });
});
test("hours before 07:00 are of the next morning", () => {
  assert.deepEqual(parseDuties("3-11", monday), [{ starts_at: "2026-12-01T02:00:00.000Z", ends_at: "2026-12-01T10:00:00.000Z" }]);
  assert.deepEqual(placeOf(parseDuties("3-11", monday)[0], monday), { left: 20 / 24, width: 8 / 24 });
});
test("duties are read as people type them, and written so", () => {
  const texts = ["7-15", "22:30-7", "7-15, 19-23", "7.15–15", "0-7", "7-24", ""];
  assert.deepEqual(texts.map((text) => parseDuties(text, monday)?.map(dutyText).join(", ")), ["7-15", "22:30-7", "7-15, 19-23", "7:15-15", "0-7", "7-0", ""]);
  for (const text of ["25-7", "7", "7-15-23", "noon", "7:99-8", "-7"]) assert.equal(parseDuties(text, monday), null, text);
});
test("a duty of thirty hours is written so that it is read again", () => {
  const [long] = parseDuties("7-13+1", monday);
  assert.equal((Date.parse(long.ends_at) - Date.parse(long.starts_at)) / 3_600_000, 30);
  assert.equal(dutyText(long), "7-13+1");
  assert.equal(dutyText(parseDuties("7-7", monday)[0]), "7-7", "24 hours");
  assert.equal(parseDuties("7-13+2", monday), null, "at most two days");
  assert.equal(planChange([entry("a", long.starts_at, long.ends_at)], parseDuties("7-13+1", monday), "a"), null);
});
test("a time that the clock change skips is an hour later, and one that comes twice is the first", () => {
  const [, , , , , saturday] = daysOf("2027-03-22"), [, , , , , autumn] = daysOf("2026-10-19");
  assert.equal(parseDuties("23-2:30", saturday)[0].ends_at, "2027-03-28T01:30:00.000Z");
  assert.equal(parseDuties("2:30-7", autumn)[0].starts_at, "2026-10-25T00:30:00.000Z");
});
test("duties at the same time are found, and those that only touch are not", () => {
  const [early, late] = parseDuties("7-15, 15-23", monday);
  assert.equal(overlaps(early, [late]), false);
  assert.equal(overlaps(early, parseDuties("14-16", monday)), true);
});
test("a cell has the entries that start on its day", () => {
  const early = entry("a", "2026-12-01T02:00:00.000Z", "2026-12-01T10:00:00.000Z");
  const next = entry("a", "2026-12-01T06:00:00.000Z", "2026-12-01T14:00:00.000Z");
  assert.deepEqual(entriesOf([next, early, night, entry("b", night.starts_at, night.ends_at)], "a", monday), [night, early]);
});
test("coverage counts people, not entries, and finds holes", () => {
  const twice = entry("a", "2026-12-01T00:00:00.000Z", "2026-12-01T06:00:00.000Z", "twice");
  const parts = coverageOf([night, twice, entry("b", "2026-11-30T20:00:00.000Z", "2026-11-30T23:00:00.000Z")], monday);
  assert.deepEqual(parts.map(({ count, ends_at }) => [count, ends_at.slice(11, 16)]), [[0, "20:00"], [1, "22:00"], [2, "23:00"], [1, "06:00"]]);
});
test("a hole over several days is one, and what has passed is none", () => {
  const days = daysOf("2026-11-30").slice(0, 2);
  const holes = holesIn([night], days, new Date("2026-11-30T12:00:00Z"));
  assert.deepEqual(holes, [{ starts_at: "2026-11-30T06:00:00.000Z", ends_at: "2026-11-30T22:00:00.000Z" }, { starts_at: "2026-12-01T06:00:00.000Z", ends_at: "2026-12-02T06:00:00.000Z" }]);
  assert.equal(holesIn([night], days, new Date("2026-12-01T01:00:00Z")).length, 1);
  assert.equal(holesIn([], days, new Date("2026-11-30T12:00:00Z")).length, 1);
});
test("a change keeps entries that stay, and changes one rather than replacing it", () => {
  const wanted = parseDuties("22-7", monday);
  assert.deepEqual(planChange([night], wanted, "a"), { entries: [{ id: "a", uid: null, account: "a", ...wanted[0] }], remove: [] });
  assert.deepEqual(planChange([night], [], "a"), { entries: [], remove: ["a"] });
  assert.equal(planChange([night], parseDuties("23-7", monday), "a"), null);
  assert.deepEqual(planChange([], wanted, "a"), { entries: [{ account: "a", ...wanted[0] }], remove: [] });
});
