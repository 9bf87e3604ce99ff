import assert from "node:assert/strict";
import { test } from "node:test";

import { describeTime, parseTime } from "../../static/js/pages/intake/parse_time.js";

const now = new Date("2026-11-24T21:34:00Z");
const SAID = {
  "now": "2026-11-24T21:34:00.000Z",
  "10 minutes ago": "2026-11-24T21:24:00.000Z",
  "il y a 10 minutes": "2026-11-24T21:24:00.000Z",
  "10 minuten geleden": "2026-11-24T21:24:00.000Z",
  "vor 2 Stunden": "2026-11-24T19:34:00.000Z",
  "1 h 5 min ago": "2026-11-24T20:29:00.000Z",
  "15 min": "2026-11-24T21:19:00.000Z",
  "14:30": "2026-11-24T13:30:00.000Z",
  "14h30": "2026-11-24T13:30:00.000Z",
  "20 Uhr": "2026-11-24T19:00:00.000Z",
  "8 heures 15": "2026-11-24T07:15:00.000Z",
  "20 uur": "2026-11-24T19:00:00.000Z",
  "23:10": "2026-11-23T22:10:00.000Z",
  "yesterday 22:00": "2026-11-23T21:00:00.000Z",
  "hier 8h": "2026-11-23T07:00:00.000Z",
  "20/11 16:00": "2026-11-20T15:00:00.000Z",
  "24/12 16:00": "2025-12-24T15:00:00.000Z",
  "25:00": null,
  "some day": null,
  "99999999999999999999 days ago": null,
  "": null,
};

for (const [text, iso] of Object.entries(SAID)) test(`"${text}" is read as people say it`, () => assert.equal(parseTime(text, now), iso));

test("a moment in words is read again as itself", () => {
  for (const iso of Object.values(SAID).filter(Boolean)) assert.equal(parseTime(describeTime(iso), now), iso);
  assert.equal(describeTime(null), "");
});
