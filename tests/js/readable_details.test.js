// Details of children are requested together, once each; a failed request is repeated later, a refused one is not.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { readableDetails } from "../../static/js/shared/readable/readable_details.js";

const json = (body, status = 200) => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const composed = ({ text }) => ({ text: `[${text}]`, typed_in: "en", is_composed: true });
let sent = []; // details of each request
let answer = (details) => json({ details: details.map(composed) });

async function passed(ms) {
  mock.timers.tick(ms);
  for (let turn = 0; turn < 5; turn += 1) await new Promise((next) => setImmediate(next));
}

beforeEach(() => {
  sent = [];
  answer = (details) => json({ details: details.map(composed) });
  mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.fetch = async (_, { body }) => answer(sent[sent.push(JSON.parse(body).details) - 1]);
});
afterEach(() => mock.timers.reset());

test("details of a page are requested together, and once", async () => {
  let changes = 0;
  const end = readableDetails.subscribe(() => (changes += 1));
  for (const text of ["one", "two", "one", " ", null, "x".repeat(4_001)]) assert.equal(readableDetails.of(["hair", text]), undefined);
  await passed(30);
  assert.deepEqual(sent, [[{ field: "hair", text: "one" }, { field: "hair", text: "two" }]]);
  assert.equal(readableDetails.of(["hair", "two"])?.text, "[two]");
  await passed(60_000);
  assert.equal(sent.length, 1);
  end();
  readableDetails.show([["hair", "one"]], true);
  assert.equal(changes, 1);
  assert.ok(readableDetails.isOriginal(["hair", "one"]));
  assert.ok(!readableDetails.isOriginal(["eyes", "one"]));
});

test("many details take several requests", async () => {
  for (let number = 0; number < 45; number += 1) readableDetails.of(["eyes", `many ${number}`]);
  await passed(30);
  await passed(30);
  assert.deepEqual(sent.map((details) => details.length), [40, 5]);
});

test("a failed request is repeated later", async () => {
  answer = () => json({ code: "unavailable", message: "" }, 503);
  readableDetails.of(["needs", "insulin"]);
  await passed(30);
  answer = (details) => json({ details: details.map(composed) });
  await passed(29_000);
  assert.equal(sent.length, 1);
  await passed(1_000);
  assert.equal(readableDetails.of(["needs", "insulin"])?.text, "[insulin]");
});

test("a refused request is not repeated", async () => {
  answer = () => json({ code: "invalid", message: "" }, 422);
  readableDetails.of(["needs", "refused"]);
  await passed(30);
  await passed(60_000);
  assert.equal(readableDetails.of(["needs", "refused"]), undefined);
  await passed(60_000);
  assert.equal(sent.length, 1);
});

test("only the details used last are kept", async () => {
  for (let round = 0; round < 101; round += 1) {
    for (let number = 0; number < 40; number += 1) readableDetails.of(["features", `kept ${round} ${number}`]);
    await passed(30);
  }
  sent = [];
  readableDetails.of(["features", "kept 0 0"]);
  assert.ok(readableDetails.of(["features", "kept 100 39"]));
  await passed(30);
  assert.deepEqual(sent, [[{ field: "features", text: "kept 0 0" }]]);
});
