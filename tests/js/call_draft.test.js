import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { CallDraft } from "../../static/js/pages/intake/call_draft.js";

const DAY_MS = 86_400_000;
/** Contents of the disk, by name. @type {Record<string, any>} */
let disk = {};
const draftOn = (name) => ({ load: () => disk[name] ?? null, save: (value) => (disk[name] = JSON.parse(JSON.stringify(value))), clear: () => delete disk[name], whenLoaded: () => {} });
const openDraft = () => new CallDraft(draftOn("call"), draftOn("cleared"));
const callWith = (text) => {
  const call = openDraft();
  call.edit("text", text);
  return call;
};

beforeEach(() => {
  disk = {};
  mock.timers.enable({ apis: ["Date"], now: Date.parse("2026-11-30T12:00:00Z") });
});
afterEach(() => mock.timers.reset());

test("a cleared call can be restored after a keystroke and after a reload", () => {
  const call = callWith("A girl in a red coat");
  call.clear();
  call.edit("text", "x");
  assert.equal(call.canUndo, true);
  const reloaded = openDraft();
  assert.deepEqual(reloaded.cleared.map(({ text }) => text), ["A girl in a red coat"]);
  reloaded.bringBack(reloaded.cleared[0].id);
  assert.equal(reloaded.typed.text, "A girl in a red coat");
  assert.deepEqual(reloaded.cleared.map(({ text }) => text), ["x"], "the replaced call becomes a cleared one");
});

test("undo swaps the call with the last cleared one", () => {
  const call = callWith("first");
  call.clear();
  call.undo();
  assert.equal(call.typed.text, "first");
  assert.equal(call.typed.began, "2026-11-30T12:00:00.000Z");
  assert.deepEqual([call.canUndo, call.cleared], [false, []]);
});

test("a call is stored for a day, without its caller", () => {
  const call = callWith("A boy");
  call.edit("name", "Zoë Quist");
  call.clear();
  assert.equal(call.cleared[0].name, "Zoë Quist");
  assert.ok(!JSON.stringify(disk).includes("Quist"));
  assert.deepEqual([openDraft().cleared[0].name, openDraft().cleared[0].isCut], ["", true]);
  mock.timers.tick(DAY_MS - 1);
  assert.equal(openDraft().cleared.length, 1);
  mock.timers.tick(1);
  assert.deepEqual([openDraft().cleared, disk], [[], {}]);
});

test("a sent call is not among the cleared calls, which remain", () => {
  const call = callWith("cleared");
  call.clear();
  call.edit("text", "sent");
  call.sent();
  assert.deepEqual([call.canUndo, call.cleared.map(({ text }) => text)], [false, ["cleared"]]);
});

test("a deleted text is not a call", () => {
  const call = callWith("x");
  call.edit("text", "");
  assert.deepEqual([call.isEmpty, disk, call.typed.began], [true, {}, null]);
  call.clear();
  assert.deepEqual(call.cleared, []);
  call.edit("urgent", true);
  assert.equal(call.isEmpty, false);
});

test("files of a cleared call are stored until the next call is sent", () => {
  const call = callWith("with a photo"), files = call.keyOfFiles();
  call.clear();
  call.edit("text", "another");
  assert.ok(call.keptFiles.has(files));
  call.sent();
  assert.ok(!call.keptFiles.has(files));
  assert.equal(call.cleared[0].text, "with a photo");
});

test("files of a discarded call are discarded", () => {
  const call = callWith("with a photo"), files = call.keyOfFiles();
  call.clear();
  assert.ok(call.keptFiles.has(files));
  call.discard(call.cleared[0].id);
  assert.ok(!call.keptFiles.has(files));
});
