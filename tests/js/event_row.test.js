import assert from "node:assert/strict";
import { test } from "node:test";

import "./no_page.js";
import "./declarations.js";

import { use } from "../../static/js/core/i18n.js";
import { because, endsSentence } from "../../static/js/pages/history/event_row.js";

use({ language: "en", messages: {}, labels: { kinds: {}, fields: {}, values: {}, events: {}, done: {} }, kinds: {}, standard: [] });

/** @param {string} pattern @param {Record<string, any>} values */
const between = (pattern, values) => because(pattern, "she knows her", endsSentence(pattern, values))[2];

test("a reason follows a single full stop", () => {
  assert.equal(between("{who} graded {what}", { who: "Bob", what: "Sighting 7" }), ". Reason: ");
  assert.equal(between("{who} added {what}: {text}", { who: "Bob", what: "Sighting 7", text: "left at 12:17." }), " Reason: ");
  assert.equal(between("{who} added {what}: {text}", { who: "Bob", what: "Sighting 7", text: "is it her?" }), " Reason: ");
});

test("a sentence without a reason is unchanged", () => {
  assert.equal(because("left at 12:17.", null, true), "left at 12:17.");
});
