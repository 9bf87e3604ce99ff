import assert from "node:assert/strict";
import { test } from "node:test";

import { use } from "../../static/js/core/i18n.js";
import { tokenize } from "../../static/js/core/rules/text_filter.js";
import { alarmCommands } from "../../static/js/shared/alarms/alarm_commands.js";

const URGENT = { name: "Urgent sighting", numbered: "Urgent sighting {number}" };
use({ language: "en", messages: {}, labels: { kinds: {}, fields: {}, values: {}, events: {}, done: {} }, kinds: { sighting: { fields: {}, occasions: { sighting_urgent: URGENT } } } });
const alarm = (id, child) => ({ id, board: "b", child, rule: "urgent_sighting", occasion: "sighting_urgent", about: { kind: "sighting", id: `s-${id}`, number: 4 } });
const ALARMS = [alarm("a1", "Noor V., 11"), alarm("a2", "Mila B., 6")];
const entries = (text, done = []) => alarmCommands(ALARMS, tokenize(text), { take: ({ id }) => done.push(`take ${id}`), handOn: ({ id }) => done.push(`hand on ${id}`) });
const titles = (text) => entries(text).map(({ title }) => title.replaceAll("\u00a0", " "));

test("the name of a child asks for no alarm", () => {
  for (const text of ["", "noor", "urgent", "sighting 4", "no", "ha"]) assert.deepEqual(titles(text), [], text);
});

test("the palette has one entry for each alarm and requested action", () => {
  assert.deepEqual(titles("have it"), ["I have it: Urgent sighting 4, Noor V., 11", "I have it: Urgent sighting 4, Mila B., 6"]);
  assert.deepEqual(titles("have it noor"), ["I have it: Urgent sighting 4, Noor V., 11"]);
  assert.deepEqual(titles("hand on urgent mila"), ["Hand on: Urgent sighting 4, Mila B., 6"]);
  assert.deepEqual(titles("alarm"), ["Open: Urgent sighting 4, Noor V., 11", "Open: Urgent sighting 4, Mila B., 6"]);
});

test("each entry runs its own action", () => {
  const done = [], [take] = entries("have it", done), [hand] = entries("hand on", done);
  take.run();
  hand.run();
  assert.deepEqual(done, ["take a1", "hand on a1"]);
});
