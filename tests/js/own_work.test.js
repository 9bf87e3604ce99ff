import assert from "node:assert/strict";
import { test } from "node:test";

import { currentWork, heldBy, ownAlarm } from "../../static/js/core/rules/own_work.js";

const at = (time) => `2026-11-26T${time}.000Z`;
const alarm = (id, by, until, about = `about-${id}`) => ({ id, board: "b1", about: { kind: "sighting", id: about, number: 4 }, taken_by: by && { id: by, name: by }, until: until && at(until) });
const item = (id, by, own = null) => ({ kind: "task", board: "b1", id, number: 5, by: by && at(by), queue: "judge", alarm: own });
const order = (items) => items.map(({ id, alarm: own }) => own?.id ?? id);

test("of one's own alarms, the promise that ends first is in front", () => {
  const alarms = [alarm("late", "me", "12:00:00"), alarm("other", "bob", "10:10:00"), alarm("soon", "me", "10:30:00"), alarm("open", null, null)];
  assert.deepEqual(heldBy(alarms, "me").map(({ id }) => id), ["soon", "late"]);
});

test("items are sorted by their time, those without one last", () => {
  const listed = [item("undated", null), item("second", "11:00:00"), item("first", "09:00:00")];
  assert.deepEqual(order(currentWork(listed, [alarm("promise", "me", "10:00:00")], "me")), ["first", "promise", "second", "undated"]);
});

test("a pushed alarm replaces the listed item about its card, and keeps its next step", () => {
  const [only, ...others] = currentWork([item("card", "11:00:00")], [alarm("a1", "me", "10:00:00", "card")], "me");
  assert.deepEqual([only.alarm.id, only.by, only.queue, others.length], ["a1", at("10:00:00"), "judge", 0]);
  const [extended] = currentWork([item("card", "10:00:00", alarm("a1", "me", "10:00:00", "card"))], [alarm("a1", "me", "10:30:00", "card")], "me");
  assert.equal(extended.by, at("10:30:00"));
});

test("an alarm that was given back is no item, and one of another person leaves the assigned card", () => {
  assert.deepEqual(currentWork([item("card", "10:00:00", alarm("a1", "me", "10:00:00", "card"))], [], "me"), []);
  const assigned = item("card", "10:00:00", alarm("a1", "bob", "10:00:00", "card"));
  assert.deepEqual(currentWork([assigned], [], "me"), [assigned]);
  assert.equal(ownAlarm(assigned, "me"), null);
});

test("with as many pushed alarms as the server pushes, listed ones stay", () => {
  const held = Array.from({ length: 20 }, (_, index) => alarm(`p${index}`, "me", "10:00:00"));
  assert.equal(currentWork([item("more", "11:00:00", alarm("more", "me", "11:00:00", "more"))], held, "me").length, 21);
});
