import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { MEANS, Reaches, meansText } from "../../static/js/shared/reach.js";

const json = (body, status = 200) => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const QUERY = { from: "s1", until: "2026-12-01T09:00:00.000Z", by: "foot" };

let sent = []; // addresses
let draws = 0;
let answer = () => json({ radius_m: 1 });
const settle = async () => {
  for (let round = 0; round < 5; round += 1) await new Promise((next) => setImmediate(next));
};
const made = () => new Reaches("b1", () => (draws += 1));

beforeEach(() => {
  [sent, draws] = [[], 0];
  answer = () => json({ radius_m: 1 });
  globalThis.fetch = async (address) => {
    sent.push(address);
    return answer();
  };
});

test("a reach is requested once, and drawn when it arrives", async () => {
  const reaches = made();
  assert.deepEqual(reaches.of(QUERY), { reach: null, problem: null });
  reaches.of(QUERY);
  await settle();
  assert.deepEqual(reaches.of(QUERY).reach, { radius_m: 1 });
  assert.deepEqual(sent, ["/api/v1/boards/b1/reach?from=s1&until=2026-12-01T09%3A00%3A00.000Z&by=foot"]);
  assert.equal(draws, 1);
});

test("the last answer stays until that of the next minute arrives", async () => {
  const reaches = made();
  reaches.of(QUERY);
  await settle();
  answer = () => json({ radius_m: 2 });
  const next = { ...QUERY, until: "2026-12-01T09:01:00.000Z" };
  assert.deepEqual(reaches.of(next).reach, { radius_m: 1 });
  await settle();
  assert.deepEqual(reaches.of(next).reach, { radius_m: 2 });
  assert.deepEqual(reaches.of({ ...QUERY, by: "car" }), { reach: null, problem: null }, "it is of another means");
  reaches.of({ ...QUERY, at: 7 });
  assert.ok(sent.at(-1).endsWith("&at=7"));
});

test("a refusal is shown, and not repeated for that moment", async () => {
  answer = () => json({ code: "invalid", message: "The place or the time is not known." }, 400);
  const reaches = made();
  reaches.of(QUERY);
  await settle();
  assert.deepEqual(reaches.of(QUERY), { reach: null, problem: "The place or the time is not known." });
  assert.equal(sent.length, 1);
});

test("events of sightings and forgetting drop the answers", async () => {
  const reaches = made();
  reaches.of(QUERY);
  await settle();
  reaches.onEvents([{ kind: "note" }]);
  reaches.of(QUERY);
  assert.equal(sent.length, 1);
  reaches.onEvents([{ kind: "sighting" }]);
  reaches.of(QUERY);
  assert.equal(sent.length, 2);
  reaches.forget();
  await settle();
  assert.equal(draws, 1, "the answer of a forgotten request is ignored");
  assert.deepEqual(reaches.of(QUERY), { reach: null, problem: null });
});

test("the number of answers is bounded", async () => {
  const reaches = made();
  for (let minute = 0; minute < 60; minute += 1) reaches.of({ ...QUERY, until: `2026-12-01T09:${String(minute).padStart(2, "0")}:00.000Z` });
  await settle();
  sent = [];
  reaches.of(QUERY);
  assert.equal(sent.length, 1, "the first one was dropped");
});

test("each means has a name", () => assert.deepEqual(MEANS.map(meansText), ["on foot", "by bicycle", "by car", "by train"]));
