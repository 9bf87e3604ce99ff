/** Draws of a page: once a frame, of all or of a part. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Frames } from "../../static/js/behaviours/frames.js";

/** Frames of a browser that come when they are told to. */
function drawn() {
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

test("a page is drawn once a frame, and not again", () => {
  const { frames, frame } = drawn();
  frames.ask();
  frames.ask();
  assert.deepEqual(frame(), ["whole"]);
  assert.deepEqual(frame(), []);
});

test("a part is drawn where nothing else was asked for", () => {
  const { frames, frame } = drawn();
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

test("a synchronous draw is whole, and takes the place of the one that was asked for", () => {
  const { frames, frame, draws } = drawn();
  frames.askPart();
  frames.now();
  assert.deepEqual(draws, ["whole"]);
  assert.deepEqual(frame(), ["whole"]);
});

test("what was asked for can be drawn at once", () => {
  const { frames, frame, draws } = drawn();
  frames.settle();
  assert.deepEqual(draws, []);
  frames.askPart();
  frames.settle();
  assert.deepEqual(draws, ["part"]);
  assert.deepEqual(frame(), ["part"], "and not again");
});
