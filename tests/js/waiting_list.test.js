import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { WaitingList } from "../../static/js/shared/waiting_list.js";

const PERIOD_MS = 2_000;
let reads = 0;

/** Advance the clock, and run everything that waits for answers. */
async function after(ms) {
  mock.timers.tick(ms);
  for (let turns = 0; turns < 5; turns += 1) await new Promise((next) => setImmediate(next));
}

beforeEach(() => {
  reads = 0;
  globalThis.fetch = async () => {
    reads += 1;
    return new Response(JSON.stringify({ entries: [] }), { headers: { "content-type": "application/json" } });
  };
  mock.timers.enable({ apis: ["setTimeout"] });
});
afterEach(() => mock.timers.reset());

test("the list is loaded again after an event of a search or of the operations board", async () => {
  const list = new WaitingList(() => {});
  const summaries = new Map([["s", { last: { seq: 1 } }]]);
  list.follow(summaries, 7);
  await after(PERIOD_MS);
  assert.equal(reads, 1);
  list.follow(summaries, 7);
  await after(PERIOD_MS);
  assert.equal(reads, 1, "nothing has happened");
  list.follow(new Map([["s", { last: { seq: 2 } }]]), 7);
  await after(PERIOD_MS);
  assert.equal(reads, 2);
  list.follow(new Map([["s", { last: { seq: 2 } }]]), 8);
  await after(PERIOD_MS);
  assert.equal(reads, 3, "a tip");
});
