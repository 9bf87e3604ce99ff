/** Draws of a page: at most one per frame, of the whole page or a part. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Frames } from "../../static/js/behaviours/frames.js";

/** Frames of a browser under the control of the test. */
function setUp() {
  const waiting = new Map(), draws = [];
  globalThis.requestAnimationFrame = (callback) => (waiting.set(waiting.size + 1, callback), waiting.size);
  globalThis.cancelAnimationFrame = (id) => waiting.delete(id);
  const frames = new Frames((isPart) => draws.push(isPart ? "part" : "whole"));
  const frame = () => {
    const [...callbacks] = waiting.values();
    waiting.clear();
    for (const callback of callbacks) callback();
    return draws.splice(0);
  };
  return { frames, frame, draws };
}

test("a page is drawn once per frame", () => {
  const { frames, frame } = setUp();
  frames.ask();
  frames.ask();
  assert.deepEqual(frame(), ["whole"]);
  assert.deepEqual(frame(), []);
});

test("only a part is drawn if nothing else was requested", () => {
  const { frames, frame } = setUp();
  frames.askPart();
  frames.askPart();
  assert.deepEqual(frame(), ["part"]);
  for (const [first, second] of [[frames.ask, frames.askPart], [frames.askPart, frames.ask]]) {
    first();
    second();
    assert.deepEqual(frame(), ["whole"]);
  }
  frames.askPart();
  assert.deepEqual(frame(), ["part"], "also after a whole draw");
});

test("a synchronous draw is complete and replaces the requested one", () => {
  const { frames, frame, draws } = setUp();
  frames.askPart();
  frames.now();
  assert.deepEqual(draws, ["whole"]);
  assert.deepEqual(frame(), ["whole"]);
});

test("a requested draw can run immediately", () => {
  const { frames, frame, draws } = setUp();
  frames.settle();
  assert.deepEqual(draws, []);
  frames.askPart();
  frames.settle();
  assert.deepEqual(draws, ["part"]);
  assert.deepEqual(frame(), ["part"], "and not again");
});
