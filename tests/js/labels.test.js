import assert from "node:assert/strict";
import { test } from "node:test";
import { loadCatalogue, use } from "../../static/js/core/i18n.js";
import { label } from "../../static/js/core/labels.js";

const LABELS = {
  kinds: { task: "Task" }, events: { "task.added": "Task added" }, done: { added: "added" },
  fields: { criteria: "Criteria", "criteria.under_13": "Younger than 13", grade: "Grade", "grade.source": "Source grade", "earlier.*": "Earlier disappearance", earlier: "Earlier disappearances", "vehicle.grade": "Class" },
  values: { channel: { hotline: "hotline", app: "app" }, worrying: { true: "Worrying", null: "Not decided" } },
};
const ENGLISH = { language: "en", messages: {}, labels: LABELS };

test("labels are those of the catalogue, in its language", () => {
  use({ language: "nl", messages: { Task: "Taak" }, labels: LABELS });
  assert.deepEqual([label.noun("task"), label.event("task.added"), label.done("task.added")], ["Taak", "Task added", "added"]);
  assert.deepEqual([label.channel("app"), label.channel.codes], ["app", ["hotline", "app"]]);
  assert.deepEqual([label.decision(true), label.decision(null)], ["Worrying", "Not decided"]);
});

test("unknown codes are shown unchanged", () => {
  use(ENGLISH);
  const texts = [label.channel("social_media"), label.channel(null), label.status("on_hold"), label.event("car.towed"), label.channel("constructor")];
  assert.deepEqual(texts, ["social media", "", "on hold", "car.towed", "constructor"]);
  assert.deepEqual(label.status.codes, []);
});

test("a member of a list has a label of its own", () => {
  assert.deepEqual(["earlier", "earlier.k1", "earlier.k1.note"].map((path) => label.field(path)), ["Earlier disappearances", "Earlier disappearance", "Earlier disappearance"]);
});

test("a field has the label of its longest known part, or that of its kind", () => {
  use(ENGLISH);
  const paths = ["grade.source", "grade.new", "criteria.under_13.answer", "criteria.new_one.basis", "criteria", "new_one"];
  assert.deepEqual(paths.map((path) => label.field(path)), ["Source grade", "Grade", "Younger than 13", "new one", "Criteria", "new one"]);
  assert.deepEqual([label.field("grade", "vehicle"), label.field("grade", "sighting"), label.criterion("under_13")], ["Class", "Grade", "Younger than 13"]);
});

test("the catalogue is requested again after a failure", async (t) => {
  const answers = [() => Promise.reject(new TypeError("failed")), () => Response.json(ENGLISH)];
  const fetches = t.mock.method(globalThis, "fetch", async () => /** @type {any} */ (answers.shift())());
  use({ ...ENGLISH, labels: { ...LABELS, kinds: {} } });
  await loadCatalogue("/i18n/en.json");
  assert.deepEqual([label.noun("task"), fetches.mock.callCount()], ["Task", 2]);
});
