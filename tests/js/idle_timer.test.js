import assert from "node:assert/strict";
import { test } from "node:test";

import { IdleTimer } from "../../static/js/core/connection/idle_timer.js";
import { setAccount } from "../../static/js/core/storage/storage.js";

const stored = new Map();
globalThis.localStorage = { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => void stored.set(key, value) };

const MINUTE = 60_000;

/** A timer of five minutes in a tab, with the clock of the test. */
function tab(clock, options = {}) {
  setAccount("a");
  return new IdleTimer({ limitMs: 5 * MINUTE, now: () => clock.now, ...options });
}

test("the limit is over after the last input, and input after it does not count", () => {
  stored.clear();
  const clock = { now: 1_000 }, timer = tab(clock);
  clock.now += 4 * MINUTE;
  timer.input();
  clock.now += 4 * MINUTE;
  assert.equal(timer.isOver, false);
  clock.now += MINUTE;
  assert.equal(timer.isOver, true);
  timer.input(); // the computer slept: the first movement must not keep it open
  assert.equal(timer.isOver, true);
  timer.restart();
  assert.equal(timer.isOver, false);
});

test("input in another tab counts, and another account's does not", () => {
  stored.clear();
  const clock = { now: 1_000 }, here = tab(clock), there = tab(clock);
  clock.now += 4 * MINUTE;
  there.input();
  clock.now += 2 * MINUTE;
  assert.equal(here.isOver, false);
  clock.now += 4 * MINUTE;
  assert.equal(here.isOver, true);
  assert.deepEqual([...stored.keys()], ["searchboard:a:last-input"]);
});

test("a reload goes on counting, and a link starts again", () => {
  stored.clear();
  const clock = { now: 1_000 };
  tab(clock);
  clock.now += 6 * MINUTE;
  assert.equal(tab(clock, { isReload: true }).isOver, true);
  assert.equal(tab(clock).isOver, false);
});

test("without a limit, or with a clock that went back, nothing is over", () => {
  stored.clear();
  const clock = { now: 100 * MINUTE }, timer = tab(clock, { limitMs: 0 });
  clock.now += 1_000 * MINUTE;
  assert.equal(timer.isOver, false);
  assert.equal(stored.size, 0);
  stored.set("searchboard:a:last-input", JSON.stringify(clock.now + MINUTE));
  assert.equal(tab(clock, { isReload: true }).isOver, false);
});
