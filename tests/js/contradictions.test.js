import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Contradictions } from "../../static/js/shared/contradictions.js";

const json = (body, status = 200) => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const card = (id, mark = `not both with ${id}`) => ({ card: id, number: 1, doubtful: false, mark, texts: [], more: 0 });
const list = (...cards) => ({ seq: 7, pairs: cards.length ? [{ first: "a", second: "b" }] : [], cards, compared: 2, more: false });
const sighting = (state) => ({ kind: "sighting", state: { seen_at: "2026-12-01T09:00:00.000Z", place: { lat: 51, lon: 3.7 }, ...state } });
const boardOf = (...sightings) => ({ of: () => sightings });
const TWO = boardOf(sighting(), sighting());

let sent = []; // addresses
let draws = 0;
let answer = () => json(list());

/** Run all timers, and let the answers arrive. */
async function settle() {
  for (let round = 0; round < 5; round += 1) {
    mock.timers.tick(60_000);
    await new Promise((next) => setImmediate(next));
  }
}

beforeEach(() => {
  [sent, draws] = [[], 0];
  mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.fetch = async (address) => {
    sent.push(address);
    return answer();
  };
});
afterEach(() => mock.timers.reset());

const made = () => new Contradictions("b1", () => (draws += 1));

test("contradictions are loaded once, and found by card", async () => {
  answer = () => json(list(card("a"), card("b")));
  const contradictions = made();
  contradictions.load(TWO);
  contradictions.load(TWO);
  assert.equal(contradictions.of("a"), undefined);
  await settle();
  contradictions.load(TWO);
  await settle();
  assert.deepEqual(sent, ["/api/v1/boards/b1/contradictions"]);
  assert.equal(contradictions.of("a").mark, "not both with a");
  assert.equal(contradictions.of("c"), undefined);
  assert.equal(contradictions.pairs.length, 1);
  assert.equal(contradictions.hasMore, false);
  assert.equal(draws, 1);
});

test("nothing is requested without two sightings that have a time and a point", async () => {
  const contradictions = made();
  for (const board of [boardOf(), boardOf(sighting()), boardOf(sighting(), sighting({ seen_at: null })), boardOf(sighting(), sighting({ place: { text: "Gent", lat: null } })), boardOf(sighting(), sighting({ place: null }))]) {
    contradictions.load(board);
    await settle();
  }
  assert.deepEqual(sent, []);
  contradictions.load(TWO);
  await settle();
  assert.equal(sent.length, 1);
});

test("events that may change a contradiction load it again, in one request", async () => {
  const contradictions = made();
  contradictions.onEvents([{ kind: "sighting", changes: ["seen_at"], state: {} }]);
  await settle();
  assert.deepEqual(sent, [], "it is not loaded yet");
  contradictions.load(TWO);
  await settle();
  const events = [
    { kind: "sighting", changes: ["place.lat"], state: {} }, { kind: "sighting", changes: ["assessment"], state: {} }, { kind: "sighting", changes: [], state: null },
    { kind: "search", changes: ["missing_since"], state: {} }, { kind: "sighting", changes: ["withdrawn"], state: {} },
  ];
  for (const event of events) {
    sent = [];
    contradictions.onEvents([event]);
    contradictions.onEvents([event, event]);
    await settle();
    assert.equal(sent.length, 1, JSON.stringify(event));
  }
  sent = [];
  contradictions.onEvents([{ kind: "sighting", changes: ["grade.source", "column"], state: {} }, { kind: "note", changes: ["text"], state: {} }, { kind: "search", changes: ["lead"], state: {} }, { kind: "search" }]);
  await settle();
  assert.deepEqual(sent, []);
});

test("an event during the request loads the list again after it", async () => {
  const contradictions = made();
  contradictions.load(TWO);
  mock.timers.tick(1_000);
  contradictions.onEvents([{ kind: "sighting", changes: ["seen_at"], state: {} }]);
  await settle();
  assert.equal(sent.length, 2);
});

test("a failed request is repeated, and the loaded list stays until then", async () => {
  answer = () => json(list(card("a")));
  const contradictions = made();
  contradictions.load(TWO);
  await settle();
  answer = () => json({ code: "not_found", message: "Not found." }, 404);
  contradictions.onEvents([{ kind: "sighting", changes: ["seen_at"], state: {} }]);
  mock.timers.tick(1_000);
  await new Promise((next) => setImmediate(next));
  assert.ok(contradictions.of("a"));
  answer = () => json(list(card("b")));
  await settle();
  assert.equal(contradictions.of("a"), undefined);
  assert.ok(contradictions.of("b"));
});

test("another moment drops the list of the last one immediately", async () => {
  answer = () => json(list(card("a")));
  const contradictions = made();
  contradictions.load(TWO, 5);
  await settle();
  assert.ok(contradictions.of("a"));
  contradictions.load(TWO, 6);
  assert.equal(contradictions.of("a"), undefined);
  contradictions.load(TWO, 7);
  await settle();
  assert.deepEqual(sent, ["/api/v1/boards/b1/contradictions?at=5", "/api/v1/boards/b1/contradictions?at=7"]);
  contradictions.onEvents([{ kind: "sighting", changes: ["seen_at"], state: {} }]);
  await settle();
  assert.equal(sent.length, 2, "the past does not change");
});

test("a forgotten list is empty, and its answer is ignored", async () => {
  answer = () => json(list(card("a")));
  const contradictions = made();
  contradictions.load(TWO);
  mock.timers.tick(1_000);
  contradictions.forget();
  await settle();
  assert.equal(contradictions.of("a"), undefined);
  assert.equal(draws, 0);
});
