import assert from "node:assert/strict";
import { test } from "node:test";

import { EventFold } from "../../static/js/replay/event_fold.js";
import { parseMoment } from "../../static/js/replay/parse_moment.js";

const fold = new EventFold([
  { seq: 1, at: "2026-11-24T10:00:00.000Z" },
  { seq: 3, at: "2026-11-24T11:00:00.000Z" },
]);
const read = (text) => parseMoment(text, fold, { head: 4, now: new Date("2026-11-24T12:00:00Z") });

test("a seq is the moment after the last visible event up to it", () => {
  assert.deepEqual(read("3"), { count: 2, time: Date.parse("2026-11-24T11:00:00Z") });
  assert.deepEqual(read("2"), { count: 1, time: Date.parse("2026-11-24T10:00:00Z") });
  assert.deepEqual(read("4"), { count: 2, time: Date.parse("2026-11-24T11:00:00Z") });
});
test("a time in any zone is a moment, even if its plus has become a space", () => {
  const time = Date.parse("2026-11-24T10:30:00Z");
  for (const text of ["2026-11-24T10:30Z", "2026-11-24T11:30+01:00", "2026-11-24T11:30 01:00", "2026-11-24t10:30:00.000z"])
    assert.deepEqual(read(text), { count: 1, time }, text);
});
test("an invalid moment has a reason", () => {
  const problems = {
    "5": "beyond", "0": "before", "2026-11-24T09:00Z": "before", "2026-11-24T13:00Z": "later", "2026-11-24T10:00": "unreadable",
    "2026-13-24T10:00Z": "unreadable", "yesterday": "unreadable", "": "unreadable", "-1": "unreadable", "12345678901234567": "unreadable",
  };
  for (const [text, problem] of Object.entries(problems)) assert.deepEqual(read(text), { problem }, text);
});
