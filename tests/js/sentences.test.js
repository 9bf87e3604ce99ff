import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import { use } from "../../static/js/core/i18n.js";
import { pageName, pageTitle } from "../../static/js/core/rules/pages.js";
import { say, sayCount, withColon } from "../../static/js/core/rules/sentences.js";

const PAGES = [{ name: "history", title: "History", command: "History: all searches", path: "/history" }, { name: "replay", title: "Past", command: "Past", path: "" }];
use(/** @type {any} */ ({ language: "nl", locale: "nl-BE", messages: { "{count} more": ["nog {count}", "nog {count}"], "{label}:": "{label} :", History: "Geschiedenis" }, pages: PAGES }));

test("a declared sentence is said by its name, in the reader's language", () => {
  assert.deepEqual([say("until", { at: "22:34" }), say("nothing_of_the_kind"), withColon("Naam")], ["until 22:34", "nothing_of_the_kind", "Naam :"]);
});

test("a declared plural has the form of its number", () => {
  assert.deepEqual([sayCount("more", 1_200), sayCount("events", 1), sayCount("events", 2)], ["nog 1.200", "1 event", "2 events"]);
});

test("a page is called as the table of pages has it", () => {
  assert.deepEqual([pageTitle("history"), pageName("history"), pageTitle("replay"), pageTitle("gone")], ["Geschiedenis", "History: all searches", "Past", "gone"]);
});
