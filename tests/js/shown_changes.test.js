/** Changes as they are shown: related ones are combined, and meaningless ones are omitted. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { use } from "../../static/js/core/i18n.js";
import { shownChanges, stateBefore } from "../../static/js/format/shown_changes.js";

use(/** @type {any} */ ({
  language: "en", messages: {}, labels: { kinds: {}, fields: {}, values: {}, events: {}, done: {} },
  kinds: { task: { card: true, fields: {}, readings: { rank: "internal", "checklist.*.rank": "internal" } } },
}));
const ctx = /** @type {any} */ ({ session: { accounts: new Map() }, board: { get: () => undefined } });
const changesOf = (changes, before, state) => shownChanges(changes, { kind: "task", before, state }, ctx).map(({ path, from, to }) => [path, from, to]);

test("an item of a checklist is one change, and its rank is not shown", () => {
  const item = { text: "call", done: false, rank: "a0" }, paths = ["text", "done", "rank"].map((name) => ({ path: `checklist.k1.${name}`, from: null, to: item[name] }));
  assert.deepEqual(changesOf(paths, { checklist: {} }, { checklist: { k1: item } }), [["checklist.k1", null, item]]);
  assert.deepEqual(changesOf([paths[2]], { checklist: { k1: { ...item, rank: "b" } } }, { checklist: { k1: item } }), []);
});

test("a change with the same text before and after is not shown", () => {
  assert.deepEqual(changesOf([{ path: "instruction", from: null, to: "" }], {}, {}), []);
  assert.deepEqual(changesOf([{ path: "rank", from: "a0", to: "a1" }], {}, {}), []);
  assert.deepEqual(changesOf([{ path: "title", from: "a", to: "b" }], { title: "a" }, { title: "b" }), [["title", "a", "b"]]);
});

test("only the new value is shown if the old one is unknown", () => {
  assert.deepEqual(changesOf([{ path: "title", from: undefined, to: null }, { path: "result", from: undefined, to: "none" }], undefined, {}), [["result", undefined, "none"]]);
});

test("net changes show the old value", () => {
  const state = { title: "b", checklist: { k1: { text: "call", done: true, rank: "a0" }, k2: { text: "new", done: false, rank: "b" } } };
  const before = stateBefore(state, [
    { path: "title", from: "a", to: "b" }, { path: "checklist.k1.done", from: false, to: true },
    { path: "checklist.k2.text", from: null, to: "new" }, { path: "checklist.k2.done", from: null, to: false }, { path: "checklist.k2.rank", from: null, to: "b" },
  ]);
  assert.deepEqual(before, { title: "a", checklist: { k1: { text: "call", done: false, rank: "a0" }, k2: null } });
});
