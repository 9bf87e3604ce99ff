import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { CallDraft } from "../../static/js/pages/intake/call_draft.js";

const DAY_MS = 86_400_000;
/** What is on the disk, by name. @type {Record<string, any>} */
let disk = {};
const kept = (name) => ({ load: () => disk[name] ?? null, save: (value) => (disk[name] = JSON.parse(JSON.stringify(value))), clear: () => delete disk[name], whenLoaded: () => {} });
const opened = () => new CallDraft(kept("call"), kept("cleared"));
const typed = (text) => {
  const call = opened();
  call.edit("text", text);
  return call;
};

beforeEach(() => {
  disk = {};
  mock.timers.enable({ apis: ["Date"], now: Date.parse("2026-11-30T12:00:00Z") });
});
afterEach(() => mock.timers.reset());

test("a cleared call can be brought back after a letter was typed, and after a reload", () => {
  const call = typed("A girl in a red coat");
  call.clear();
  call.edit("text", "x");
  assert.equal(call.canUndo, true);
  const again = opened();
  assert.deepEqual(again.cleared.map(({ text }) => text), ["A girl in a red coat"]);
  again.bringBack(again.cleared[0].id);
  assert.equal(again.typed.text, "A girl in a red coat");
  assert.deepEqual(again.cleared.map(({ text }) => text), ["x"], "the call that was there is kept in its place");
});

test("undo swaps the call with the one that was cleared last", () => {
  const call = typed("first");
  call.clear();
  call.undo();
  assert.equal(call.typed.text, "first");
  assert.equal(call.typed.began, "2026-11-30T12:00:00.000Z");
  assert.deepEqual([call.canUndo, call.cleared], [false, []]);
});

test("a call is kept for a day, without its caller on the disk", () => {
  const call = typed("A boy");
  call.edit("name", "Zoë Quist");
  call.clear();
  assert.equal(call.cleared[0].name, "Zoë Quist");
  assert.ok(!JSON.stringify(disk).includes("Quist"));
  assert.deepEqual([opened().cleared[0].name, opened().cleared[0].isCut], ["", true]);
  mock.timers.tick(DAY_MS - 1);
  assert.equal(opened().cleared.length, 1);
  mock.timers.tick(1);
  assert.deepEqual([opened().cleared, disk], [[], {}]);
});

test("a call that was sent is not among the cleared ones, and those stay", () => {
  const call = typed("cleared");
  call.clear();
  call.edit("text", "sent");
  call.sent();
  assert.deepEqual([call.canUndo, call.cleared.map(({ text }) => text)], [false, ["cleared"]]);
});

test("a text that was deleted again is no call", () => {
  const call = typed("x");
  call.edit("text", "");
  assert.deepEqual([call.isEmpty, disk, call.typed.began], [true, {}, null]);
  call.clear();
  assert.deepEqual(call.cleared, []);
  call.edit("urgent", true);
  assert.equal(call.isEmpty, false);
});

test("files of a cleared call are kept until the next one is sent", () => {
  const call = typed("with a photo"), files = call.keyOfFiles();
  call.clear();
  call.edit("text", "another");
  assert.ok(call.keptFiles.has(files));
  call.sent();
  assert.ok(!call.keptFiles.has(files));
  assert.equal(call.cleared[0].text, "with a photo");
});

test("files of a cleared call that is discarded are given up", () => {
  const call = typed("with a photo"), files = call.keyOfFiles();
  call.clear();
  assert.ok(call.keptFiles.has(files));
  call.discard(call.cleared[0].id);
  assert.ok(!call.keptFiles.has(files));
});
