/* Values of states as people read them: without ids of people and raw times. */
import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";

import { use } from "../../static/js/core/i18n.js";
import { formatPath, pointText } from "../../static/js/format/values.js";

const BOB = "01a21e28-aa14-721d-af37-932e7aef097d", AT = "2026-11-25T03:31:37.000Z";
const READINGS = { holder: "person", photo: "file", born: "date", asked: "people", pinned: "cards" };
use(/** @type {any} */ ({ language: "en", messages: {}, labels: { kinds: {}, fields: {}, values: { shows: { age: "Age" } }, events: {}, done: {} }, kinds: { any: { card: false, fields: {}, readings: READINGS } } }));
const ctx = /** @type {any} */ ({ session: { accounts: new Map([[BOB, { name: "Bob Claes" }]]) }, board: null });

for (const path of ["passed_on.by", "withdrawn.by", "take_down.done_by", "holder", "taken_by"]) {
  test(`a person is shown by name: ${path}`, () => assert.equal(formatPath(path, BOB, ctx), "Bob Claes"));
}

for (const path of ["queue_since", "missing_since", "passed_on.at", "dismissed.at", "due"]) {
  test(`a time is shown as a time of day: ${path}`, () => assert.match(String(formatPath(path, AT, ctx)), /25.*\d\d:31/));
}

test("a photo is shown by its caption or its name", () => {
  const file = (/** @type {object} */ state) => ({ ...ctx, board: { get: () => ({ state }) } });
  assert.equal(formatPath("photo", BOB, file({ caption: "At school, in May", name: "a.jpg" })), "At school, in May");
  assert.equal(formatPath("photo", BOB, file({ caption: null, name: "a.jpg" })), "a.jpg");
  assert.equal(formatPath("photo", BOB, { ...ctx, board: { get: () => undefined } }), "yes");
});

test("dates, people and codes are shown in words", () => {
  assert.equal(formatPath("born", "2012-03-27", ctx), "27 Mar 2012");
  assert.equal(formatPath("asked", [BOB, "gone"], ctx), "Bob Claes and Someone");
  assert.equal(formatPath("shows", ["age"], ctx), "Age");
  assert.equal(formatPath("criteria.under_13", { answer: "yes", basis: "her mother says" }, ctx), "yes (her mother says)");
});

test("a number has the decimal mark of the language", () => {
  const texts = () => [1234.5, 1234, 0.00001].map((value) => formatPath("length", value, ctx));
  assert.deepEqual(texts(), ["1234.5", "1234", "0.00001"]);
  for (const locale of ["fr-BE", "nl-BE", "de-DE"]) {
    use(/** @type {any} */ ({ locale }));
    assert.deepEqual(texts(), ["1234,5", "1234", "0,00001"]);
  }
  use(/** @type {any} */ ({ locale: "en-GB" }));
});

test("an unknown id is not shown", () => {
  assert.equal(formatPath("unknown", BOB.replaceAll("0", "1"), ctx), "not shown here");
});

for (const path of ["decided_by", "outcome.confirmed_by"]) {
  test(`a text is unchanged: ${path}`, () => assert.equal(formatPath(path, "Both parents", ctx), "Both parents"));
}

test("coordinates have five decimals, after the name of the place", () => {
  assert.equal(pointText(51.04708, 3.73019).replace("\u00a0", " "), "51.04708, 3.73019");
  const place = { text: "Gent-Zuid", lat: 51.04, lon: 3.7, radius_m: null };
  assert.equal(formatPath("place", place, ctx)?.replace("\u00a0", " "), "Gent-Zuid · 51.04000, 3.70000");
  assert.equal(formatPath("place", { ...place, lat: null, lon: null }, ctx), "Gent-Zuid");
});
