import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Form } from "../../static/js/forms/form.js";

const FIELDS = [{ path: "title", control: "text" }, { path: "note", control: "long" }, { path: "members", control: "people" }, { path: "status", control: "choice" }];
let disk = null, removeElsewhere = () => {};
beforeEach(() => (disk = null));
const DRAFT = { load: () => disk, save: (value) => (disk = value), clear: () => (disk = null), whenLoaded: () => {}, whenRemoved: (fn) => (removeElsewhere = fn) };
const form = (state = null) => new Form({ key: "f", command: { name: "x", data: (edited) => edited.filled() }, board: { seq: 1, epoch: "e" }, fields: FIELDS, read: () => state, draft: DRAFT, defaults: () => ({ members: ["a", "b"] }) });

test("spaces in an empty field are not a draft, and those before a text are kept", () => {
  const draft = form();
  draft.edit("title", "  ");
  assert.deepEqual([draft.dirty, disk, draft.raw("title")], [false, null, "  "]);
  draft.edit("title", "  x");
  assert.deepEqual([draft.dirty, disk.mine.length], [true, 1]);
});

test("emptying a text is a change", () => {
  const draft = form({ title: "Call the school", note: null, members: [], status: "open" });
  draft.edit("title", " ");
  assert.equal(draft.dirty, true);
});

test("the same people in another order are not a draft", () => {
  const draft = form();
  draft.edit("members", ["b", "a"]);
  assert.equal(draft.dirty, false);
  draft.edit("members", ["b"]);
  assert.equal(draft.dirty, true);
});

test("a form knows if only one field was edited", () => {
  const draft = form();
  draft.edit("status", "found");
  assert.equal(draft.isOnly("status"), true);
  draft.edit("title", "she came home");
  assert.equal(draft.isOnly("status"), false);
});

test("a draft sent by another tab is cleared, unless it was edited in this one", () => {
  form().edit("title", "Call the school");
  const copy = form();
  assert.equal(copy.raw("title"), "Call the school");
  removeElsewhere();
  assert.equal(copy.dirty, false);
  copy.edit("title", "Call the aunt");
  removeElsewhere();
  assert.equal(copy.raw("title"), "Call the aunt");
});
