import assert from "node:assert/strict";
import { test } from "node:test";

import "./no_page.js";
import "./declarations.js";

globalThis.document.querySelector = () => null;
const { SearchCommands } = await import("../../static/js/pages/search/commands.js");

const alarm = (taker, ended = null) => ({ id: "a", kind: "alarm", state: { about: { kind: "sighting", id: "s" }, taken_by: taker, ended_at: ended } });

/** Return what the key "I have it" sends for a card that is assigned to a person, with this alarm; nothing if it has no action. */
function taken(assignee, ...alarms) {
  const sent = [], card = { id: "s", kind: "sighting", state: { number: 4, assignee, withdrawn: null, queue: "look" } };
  const page = {
    session: { account: { id: "me" } }, board: { id: "b", of: () => alarms }, ui: { card: "s", view: "list" }, filters: { active: false }, undo: { shown: null },
    act: { command: (...command) => sent.push(command) }, may: () => true, model: { search: { state: { status: "open" } }, byId: new Map([["s", card]]) }, work: {}, campaign: {}, files: {},
  };
  new SearchCommands(page).commands(null).find(({ id }) => id === "take")?.run();
  return sent;
}

test("“I have it” assigns a card, or takes the alarm of one's own card after a promise lapsed", () => {
  const assigned = ["card.assign", { card: "s", assignee: "me" }];
  assert.deepEqual([taken(null), taken("bob", alarm("bob")), taken("bob", alarm(null))], [[assigned], [assigned], [assigned]]);
  assert.deepEqual(taken("me", alarm(null)), [["alarm.take", { alarm: "a" }]]);
  assert.deepEqual([taken("me"), taken("me", alarm("me")), taken("me", alarm(null, "2026-11-26T10:00:00.000Z"))], [[], [], []]);
});
