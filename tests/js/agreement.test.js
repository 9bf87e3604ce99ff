import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import "./no_page.js";

import { use } from "../../static/js/core/i18n.js";
import { alarmDetail } from "../../static/js/format/alarm_text.js";
import { foundCondition, seenWhen, sexOf } from "../../static/js/format/agreement.js";
import { formatPath } from "../../static/js/format/values.js";
import { workDetail } from "../../static/js/format/work_text.js";

const FRENCH = {
  "of a girl\u0004seen {at}": "observée {at}", "of a boy\u0004seen {at}": "observé {at}", "seen {at}": "observation : {at}",
  "a time of day, after “seen”\u0004{time}": "à {time}", "of a girl\u0004alive and well": "saine et sauve", "alive and well": "sain et sauf",
};
const VALUES = { "outcome.condition": { well: "alive and well", injured: "injured" } };
const inLanguage = (language, messages) => use({ language, messages, labels: { kinds: {}, fields: {}, values: VALUES, events: {}, done: {} }, kinds: {}, standard: [] });
const board = (...sexes) => ({ of: () => sexes.map((sex) => ({ state: { person: { sex } } })) });

test("a French participle agrees with the child, and is avoided if its sex is unknown", () => {
  inLanguage("fr", FRENCH);
  assert.deepEqual(["f", "m", "x", null, undefined].map((sex) => seenWhen("11:36", sex)), ["observée à 11:36", "observé à 11:36", ...Array(3).fill("observation : 11:36")]);
  assert.equal(seenWhen("mar. 24 nov. 16:10", "f"), "observée mar. 24 nov. 16:10");
  assert.deepEqual(["f", "m", null].map((sex) => foundCondition("well", sex)), ["saine et sauve", "sain et sauf", "sain et sauf"]);
});

test("lines about an alarm and about own work agree with the child, as its card does", () => {
  use({ language: "fr", messages: FRENCH, labels: { kinds: {}, fields: {}, values: {}, events: {}, done: {} }, kinds: { sighting: { fields: { seen_at: {} } } }, standard: [] });
  const entry = (sex) => ({ about: { kind: "sighting", number: 29 }, kind: "sighting", queue: "look", number: 29, place: "Gand", title: null, seen_at: "2026-11-24T10:36:00.000Z", sex, alarm: null });
  for (const detail of [alarmDetail, (item) => workDetail(item, "me")]) assert.deepEqual(["f", "m", null].map((sex) => detail(entry(sex)).split(" ")[0]), ["observée", "observé", "observation"]);
});

test("a field of the outcome agrees with the child of its board", () => {
  inLanguage("fr", FRENCH);
  const said = (...sexes) => formatPath("outcome.condition", "well", { session: null, board: board(...sexes) });
  assert.deepEqual([said("f"), said("m"), said(null)], ["saine et sauve", "sain et sauf", "sain et sauf"]);
  assert.deepEqual([sexOf(board("f", "f")), sexOf(board()), sexOf(null), sexOf({})], [null, null, null, null], "which child is not known");
});

test("English has one form", () => {
  inLanguage("en", {});
  assert.deepEqual(["f", "m", null].map((sex) => seenWhen("11:36", sex)), Array(3).fill("seen 11:36"));
  assert.deepEqual([foundCondition("well", "f"), foundCondition("injured", "f")], ["alive and well", "injured"]);
});
