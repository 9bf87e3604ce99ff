/** The client's copy of a board: when its watchers are told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Board } from "../../static/js/core/storage/store.js";

const AT = "2026-11-24T21:34:00Z", EMPTY = { epoch: "e", seq: 5 };

/** A board that has its snapshot, of which no frame has told yet. */
function followed() {
  const frames = [], told = [];
  globalThis.document = { hidden: false };
  globalThis.requestAnimationFrame = (callback) => frames.push(callback);
  const board = new Board("b", { account: { id: "a" }, outbox: { pending: () => [], applied() {} }, transmit: () => true, ensureAccounts() {} });
  board.watch(() => told.push("data"));
  board.watchFreshness(() => told.push("fresh"));
  board.subscribe();
  board.receive({ type: "snapshot", board: "b", ...EMPTY, entities: [] });
  board.receive({ type: "subscribed", board: "b", ...EMPTY });
  return { board, told, frame: () => frames.splice(0).forEach((callback) => callback()) };
}

test("nothing says that a board is live before what it has is drawn", () => {
  const { board, told, frame } = followed();
  board.onHeads(EMPTY, AT);
  assert.equal(board.freshness.state, "live");
  assert.deepEqual(told, []);
  frame();
  assert.deepEqual(told, ["data"]);
  board.onHeads(EMPTY, AT);
  assert.deepEqual(told, ["data", "fresh"], "a heartbeat alone draws no board");
});

test("who needs what has come need not wait for the frame, which then tells nothing again", () => {
  const { board, told, frame } = followed();
  board.settle();
  assert.deepEqual(told, ["data"]);
  board.settle();
  frame();
  assert.deepEqual(told, ["data"]);
});
