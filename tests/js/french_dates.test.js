// French prepositions have an article before a date, and none before a time of day.
import assert from "node:assert/strict";
import { test } from "node:test";
import { suitDates, t, use } from "../../static/js/core/i18n.js";

const BEFORE_DATES = { "jusqu’à": "jusqu’au", depuis: "depuis le" };
use(/** @type {any} */ ({ language: "fr", locale: "fr-BE", messages: { "until {time}": "jusqu’à {time}", "since {at}": "depuis {at}" }, before_dates: BEFORE_DATES }));

test("a French preposition has an article before a date", () => {
  assert.equal(t("until {time}", { time: "mar. 24 nov. 14:05" }), "jusqu’au mar. 24 nov. 14:05");
  assert.equal(t("until {time}", { time: "24\u00a0nov." }), "jusqu’au 24\u00a0nov.");
  assert.equal(t("since {at}", { at: "1er mars" }), "depuis le 1er mars");
});

test("a French preposition has no article before a time of day or a length", () => {
  for (const time of ["14:05", "lun. 14:05", "5 min", "5 marches"]) assert.equal(t("until {time}", { time }), `jusqu’à ${time}`);
});

test("a typed text keeps its words", () => {
  assert.equal(suitDates("{text}", { text: "jusqu’à 24 nov." }), "{text}");
});
