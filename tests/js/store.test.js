/** The client's copy of a board: when its watchers are notified. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Board } from "../../static/js/core/storage/store.js";

const AT = "2026-11-24T21:34:00Z", EMPTY = { epoch: "e", seq: 5 };

/** Return a board with its snapshot, before a frame has notified its watchers. */
function followed() {
  const frames = [], notified = [];
  globalThis.document = { hidden: false };
  globalThis.requestAnimationFrame = (callback) => frames.push(callback);
  const board = new Board("b", { account: { id: "a" }, outbox: { pending: () => [], applied() {} }, transmit: () => true, ensureAccounts() {} });
  board.watch(() => notified.push("data"));
  board.watchFreshness(() => notified.push("fresh"));
  board.subscribe();
  board.receive({ type: "snapshot", board: "b", ...EMPTY, entities: [] });
  board.receive({ type: "subscribed", board: "b", ...EMPTY });
  return { board, notified, frame: () => frames.splice(0).forEach((callback) => callback()) };
}

test("a board is not reported as live before its events are drawn", () => {
  const { board, notified, frame } = followed();
  board.onHeads(EMPTY, AT);
  assert.equal(board.freshness.state, "live");
  assert.deepEqual(notified, []);
  frame();
  assert.deepEqual(notified, ["data"]);
  board.onHeads(EMPTY, AT);
  assert.deepEqual(notified, ["data", "fresh"], "a heartbeat alone draws no board");
});

test("settling reports events before the frame, which then reports nothing", () => {
  const { board, notified, frame } = followed();
  board.settle();
  assert.deepEqual(notified, ["data"]);
  board.settle();
  frame();
  assert.deepEqual(notified, ["data"]);
});
