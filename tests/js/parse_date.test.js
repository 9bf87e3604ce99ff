import assert from "node:assert/strict";
import { test } from "node:test";

import { describeDate, isDate, parseDate } from "../../static/js/forms/parse_date.js";

const now = new Date("2026-11-24T23:34:00Z"); // the 25th in Brussels
const CASES = {
  "today": "2026-11-25",
  "yesterday": "2026-11-24",
  "avant-hier": "2026-11-23",
  "gisteren": "2026-11-24",
  "Vorgestern": "2026-11-23",
  "3 days ago": "2026-11-22",
  "il y a 3 jours": "2026-11-22",
  "een dag geleden": "2026-11-24",
  "vor 10 Tagen": "2026-11-15",
  "12/03": "2026-03-12",
  "12/12": "2025-12-12",
  "12/03/2014": "2014-03-12",
  "12-3-2014": "2014-03-12",
  "12.3.2014": "2014-03-12",
  "12.3.14": "2014-03-12",
  "12/03/98": "1998-03-12",
  "12 March 2014": "2014-03-12",
  "12. März 2014": "2014-03-12",
  "1er août 2014": "2014-08-01",
  "Wed 12 Mar 2014": "2014-03-12",
  "2014-03-12": "2014-03-12",
  "29/2/2024": "2024-02-29",
  "29/2/2023": null,
  "30 Feb": null,
  "2014-02-30": null,
  "12/03/20140": null,
  "12/03 14:30": null,
  "12 March 2014 or so": null,
  "3 jours": null,
  "some day": null,
  "": null,
};

for (const [text, date] of Object.entries(CASES)) test(`"${text}" is parsed as people mean it`, () => assert.equal(parseDate(text, now), date));

for (const language of ["en-GB", "fr", "nl", "de"]) {
  test(`a displayed date is parsed as itself: ${language}`, () => {
    const format = new Intl.DateTimeFormat(language, { timeZone: "Europe/Brussels", day: "numeric", month: "short", year: "numeric" });
    for (let month = 1; month <= 12; month += 1) {
      for (const year of [1970, 2009, 2026]) {
        const date = `${year}-${String(month).padStart(2, "0")}-07`, text = format.format(new Date(`${date}T12:00:00Z`));
        assert.equal(parseDate(text, now), date, text);
      }
    }
  });
}

test("a date is shown with its year, even the current one", () => {
  const year = new Date().getFullYear();
  assert.equal(describeDate(`${year}-03-12`), `12 Mar ${year}`);
  assert.equal(describeDate("1970-03-12"), "12 Mar 1970");
});
test("a text that is not a date is shown unchanged", () => {
  assert.equal(describeDate("some day"), "some day");
  assert.deepEqual(["2014-03-12", "2014-02-30", "yesterday", ""].map(isDate), [true, false, false, false]);
});
