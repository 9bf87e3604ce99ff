import assert from "node:assert/strict";
import { test } from "node:test";

import "./no_page.js";

import { use } from "../../static/js/core/i18n.js";
import { titleOf } from "../../static/js/core/rules/kinds.js";
import { standardText } from "../../static/js/core/rules/standard_texts.js";
import { formatPath } from "../../static/js/format/values.js";
import { Form } from "../../static/js/forms/form.js";

const TASK = { card: true, counted: true, plural: "Tasks", title: "title", column: "todo", fields: { title: { control: "text", required: true } }, forms: { first: ["title"], more: [], edit: ["title"] } };
const read = (rows) => use({ language: "nl", messages: {}, labels: { kinds: {}, fields: {}, values: {}, events: {}, done: {} }, kinds: { task: TASK }, standard: rows });
read([["School", "Ecole", "The school"], ["Wie zag het kind", "Who saw the child"]]);

const task = (title) => ({ kind: "task", id: "t", state: { number: 1, title } });
const formOf = (title, sent = []) => new Form({
  key: "edit", entity: "t", command: { name: "task.update" }, board: { seq: 5, epoch: "e" }, fields: [{ path: "title", kind: "task", control: "text" }],
  read: () => task(title).state, draft: { load: () => null, whenLoaded: () => {}, save: () => {}, clear: () => {} }, ...sent,
});

test("a standard task is shown in the reader's language", () => {
  assert.deepEqual(["The school", "Ecole", "School"].map((title) => titleOf(task(title))), ["School", "School", "School"]);
  assert.equal(formatPath("instruction", "Who saw the child", { session: null, board: null }), "Wie zag het kind");
});

test("an edited text is not translated", () => {
  assert.deepEqual(["The school!", "the school", "", undefined].map((title) => titleOf(task(title))), ["The school!", "the school", "", ""]);
  assert.equal(standardText(null), null);
});

test("another catalogue replaces the texts", () => {
  read([["La maison", "The house"]]);
  assert.deepEqual([standardText("The school"), standardText("The house")], ["The school", "La maison"]);
  read([["School", "Ecole", "The school"]]);
});

test("a form shows the text of the card and sends only changes", () => {
  const form = formOf("The school");
  assert.deepEqual([form.raw("title"), form.dirty], ["School", false]);
  form.edit("title", "School van Noor");
  assert.deepEqual(form.patch(), { title: "School van Noor" });
  form.edit("title", "School");
  assert.deepEqual([form.dirty, form.patch()], [false, {}]);
});
