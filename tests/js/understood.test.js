import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { use } from "../../static/js/core/i18n.js";
import { Comparisons } from "../../static/js/shared/comparisons.js";
import { speaksOfLooks } from "../../static/js/forms/understood.js";

use({ language: "en", messages: {}, labels: { kinds: {}, fields: {}, values: {}, events: {}, done: {} }, kinds: {} });

test("texts about looks have marks, other fields have none", () => {
  assert.ok(speaksOfLooks({ path: "person.clothing", kind: "search", compared: 1, control: "text" }));
  assert.ok(speaksOfLooks({ path: "description", kind: "tip", control: "long" }));
  for (const field of [
    { path: "person.build", kind: "search", compared: 4, control: "choice" }, { path: "description", kind: "task", control: "long" },
    { path: "direction", kind: "sighting", control: "text" }, { path: "person.needs", kind: "search", control: "text" },
  ]) assert.equal(speaksOfLooks(field), false);
});

/** Answers of the server, in turn; records the addresses that were asked for. */
function server(...answers) {
  const asked = [];
  globalThis.fetch = async (address) => {
    asked.push(address);
    return new Response(JSON.stringify(answers.shift()), { headers: { "Content-Type": "application/json" } });
  };
  return asked;
}

const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  await new Promise(setImmediate);
};

test("comparison is asked for once, and again after an event, with the former one in sight", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const first = { rows: [], others: [], mark: "first" }, second = { ...first, mark: "second" };
  const asked = server(first, second), comparisons = new Comparisons("b", () => {});
  const mark = () => comparisons.of("s").comparison?.mark;
  assert.equal(mark(), undefined);
  assert.equal(mark(), undefined);
  mock.timers.tick(1_000);
  await settle();
  assert.equal(mark(), "first");
  comparisons.onEvents([{ kind: "note" }]);
  assert.equal(mark(), "first");
  comparisons.onEvents([{ kind: "sighting" }]);
  assert.equal(mark(), "first");
  mock.timers.tick(1_000);
  await settle();
  assert.equal(mark(), "second");
  assert.deepEqual(asked, Array(2).fill("/api/v1/boards/b/sightings/s/comparison"));
  mock.timers.reset();
});
