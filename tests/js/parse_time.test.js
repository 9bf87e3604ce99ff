import assert from "node:assert/strict";
import { test } from "node:test";

import { use } from "../../static/js/core/i18n.js";
import { describeTime, parseTime, readTime } from "../../static/js/forms/parse_time.js";

const now = new Date("2026-11-24T21:34:00Z");
const CASES = {
  "now": "2026-11-24T21:34:00.000Z",
  "10 minutes ago": "2026-11-24T21:24:00.000Z",
  "il y a 10 minutes": "2026-11-24T21:24:00.000Z",
  "10 minuten geleden": "2026-11-24T21:24:00.000Z",
  "vor 2 Stunden": "2026-11-24T19:34:00.000Z",
  "1 h 5 min ago": "2026-11-24T20:29:00.000Z",
  "15 min": "2026-11-24T21:19:00.000Z",
  "an hour ago": "2026-11-24T20:34:00.000Z",
  "il y a une heure": "2026-11-24T20:34:00.000Z",
  "een uur geleden": "2026-11-24T20:34:00.000Z",
  "vor einer Stunde": "2026-11-24T20:34:00.000Z",
  "half an hour ago": "2026-11-24T21:04:00.000Z",
  "een kwartier geleden": "2026-11-24T21:19:00.000Z",
  "in 2 hours": "2026-11-24T23:34:00.000Z",
  "dans 2 heures": "2026-11-24T23:34:00.000Z",
  "over 2 uur": "2026-11-24T23:34:00.000Z",
  "14:30": "2026-11-24T13:30:00.000Z",
  "14h30": "2026-11-24T13:30:00.000Z",
  "1430": "2026-11-24T13:30:00.000Z",
  "2:30 pm": "2026-11-24T13:30:00.000Z",
  "12 am": "2026-11-23T23:00:00.000Z",
  "noon": "2026-11-24T11:00:00.000Z",
  "20 Uhr": "2026-11-24T19:00:00.000Z",
  "8 heures 15": "2026-11-24T07:15:00.000Z",
  "20 uur": "2026-11-24T19:00:00.000Z",
  "23:10": "2026-11-23T22:10:00.000Z",
  "yesterday 22:00": "2026-11-23T21:00:00.000Z",
  "gisteren om 14:30": "2026-11-23T13:30:00.000Z",
  "gestern 14:30 Uhr": "2026-11-23T13:30:00.000Z",
  "vorgestern 14:30": "2026-11-22T13:30:00.000Z",
  "hier 8h": "2026-11-23T07:00:00.000Z",
  "demain 8h": "2026-11-25T07:00:00.000Z",
  "20/11 16:00": "2026-11-20T15:00:00.000Z",
  "20.11. 16:00": "2026-11-20T15:00:00.000Z",
  "24/12 16:00": "2025-12-24T15:00:00.000Z",
  "24/12/2024 16:00": "2024-12-24T15:00:00.000Z",
  "24 Nov 14:30": "2026-11-24T13:30:00.000Z",
  "24 novembre à 14h30": "2026-11-24T13:30:00.000Z",
  "1er août 14:30": "2026-08-01T12:30:00.000Z",
  "24. November 14:30": "2026-11-24T13:30:00.000Z",
  "24 mrt 14:30": "2026-03-24T13:30:00.000Z",
  "24 Nov 2025 14:30": "2025-11-24T13:30:00.000Z",
  "2026-11-24T15:10": "2026-11-24T14:10:00.000Z",
  "2026-11-24 15:10": "2026-11-24T14:10:00.000Z",
  "2026-11-24T15:10:00Z": "2026-11-24T15:10:00.000Z",
  "25:00": null,
  "13 pm": null,
  "30 Feb 14:30": null,
  "24 Nov": null,
  "some day": null,
  "99999999999999999999 days ago": null,
  "": null,
};

for (const [text, iso] of Object.entries(CASES)) test(`"${text}" is parsed as people mean it`, () => assert.equal(parseTime(text, now), iso));

for (const language of ["en", "fr", "nl", "de"]) {
  test(`a displayed time is parsed as itself: ${language}`, () => {
    use({ language, locale: language === "en" ? "en-GB" : `${language}-BE`, messages: {}, labels: {}, kinds: {} });
    for (let month = 1; month <= 12; month += 1) {
      for (const year of [2025, 2026]) {
        const iso = new Date(Date.UTC(year, month - 1, 17, 9, 5)).toISOString();
        assert.equal(parseTime(describeTime(iso, now), now, "near"), iso, describeTime(iso, now));
      }
    }
    assert.equal(describeTime(null), "");
    use({ language: "en", locale: "en-GB", messages: {}, labels: {}, kinds: {} });
  });
}

test("a time of day prefers the day that its field is about", () => {
  assert.equal(parseTime("23:10", now, "past"), "2026-11-23T22:10:00.000Z");
  assert.equal(parseTime("23:10", now, "near"), "2026-11-24T22:10:00.000Z");
  assert.equal(parseTime("14:30", now, "ahead"), "2026-11-25T13:30:00.000Z");
  assert.equal(parseTime("3 Jan 14:30", now, "ahead"), "2027-01-03T13:30:00.000Z");
  assert.equal(parseTime("20 Nov 14:30", now, "ahead"), "2026-11-20T13:30:00.000Z");
});

test("a repeated hour is the first of the two, and a skipped one is reported", () => {
  assert.deepEqual(readTime("25/10 02:30", now), { at: "2026-10-25T00:30:00.000Z" });
  assert.deepEqual(readTime("29/3 02:30", now), { at: null, problem: "gap" });
  assert.deepEqual(readTime("29/3 03:30", now), { at: "2026-03-29T01:30:00.000Z" });
});
