/* Confidential values that the server cannot decrypt: named as such, never shown as empty. */
import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import { use } from "../../static/js/core/i18n.js";
import { isUnreadable, knownTexts, textOrDash, unreadablePaths } from "../../static/js/format/unreadable.js";

use(/** @type {any} */ ({ language: "nl", locale: "nl-BE", messages: { "cannot be read": "niet leesbaar" } }));
const READ = { name: "Griet", contact: null }, LOST = { name: null, contact: "0470", unreadable: ["name"] };

test("a value without a key is said to be unreadable, in the reader's language", () => {
  assert.deepEqual([textOrDash(LOST, "name"), textOrDash(LOST, "contact")], ["niet leesbaar", "0470"]);
  assert.deepEqual(knownTexts(LOST, ["name", "contact"]), ["niet leesbaar", "0470"]);
});

test("an empty value is a dash, or left out", () => {
  assert.deepEqual([textOrDash(READ, "name"), textOrDash(READ, "contact")], ["Griet", "—"]);
  assert.deepEqual(knownTexts(READ, ["name", "contact"]), ["Griet"]);
});

test("fields of a form are named by their paths", () => {
  assert.deepEqual([unreadablePaths(LOST, "source_"), unreadablePaths(READ)], [["source_name"], []]);
  assert.deepEqual([isUnreadable(LOST, "name"), isUnreadable(READ, "contact")], [true, false]);
});
