import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Form } from "../../static/js/forms/form.js";

const FIELDS = [{ path: "title", control: "text" }, { path: "note", control: "long" }, { path: "members", control: "people" }, { path: "status", control: "choice" }];
let disk = null, removeElsewhere = () => {};
beforeEach(() => (disk = null));
const DRAFT = { load: () => disk, save: (value) => (disk = value), clear: () => (disk = null), whenLoaded: () => {}, whenRemoved: (fn) => (removeElsewhere = fn) };
const form = (state = null) => new Form({ key: "f", command: { name: "x", data: (it) => it.filled() }, board: { seq: 1, epoch: "e" }, fields: FIELDS, read: () => state, draft: DRAFT, defaults: () => ({ members: ["a", "b"] }) });

test("spaces in an empty field are no draft, and those before a text stay", () => {
  const it = form();
  it.edit("title", "  ");
  assert.deepEqual([it.dirty, disk, it.raw("title")], [false, null, "  "]);
  it.edit("title", "  x");
  assert.deepEqual([it.dirty, disk.mine.length], [true, 1]);
});

test("a text that was emptied is a change", () => {
  const it = form({ title: "Call the school", note: null, members: [], status: "open" });
  it.edit("title", " ");
  assert.equal(it.dirty, true);
});

test("the same people in another order are no draft", () => {
  const it = form();
  it.edit("members", ["b", "a"]);
  assert.equal(it.dirty, false);
  it.edit("members", ["b"]);
  assert.equal(it.dirty, true);
});

test("a form knows whether one field alone was edited", () => {
  const it = form();
  it.edit("status", "found");
  assert.equal(it.isOnly("status"), true);
  it.edit("title", "she came home");
  assert.equal(it.isOnly("status"), false);
});

test("a draft that another tab sent is gone here, unless it was edited here", () => {
  form().edit("title", "Call the school");
  const copy = form();
  assert.equal(copy.raw("title"), "Call the school");
  removeElsewhere();
  assert.equal(copy.dirty, false);
  copy.edit("title", "Call the aunt");
  removeElsewhere();
  assert.equal(copy.raw("title"), "Call the aunt");
});
