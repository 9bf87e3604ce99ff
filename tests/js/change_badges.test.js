import assert from "node:assert/strict";
import { test } from "node:test";

import { addToBadge, badgesOf, badgesSince, isAddition } from "../../static/js/core/rules/change_badges.js";

const event = (id, type, actor, changes = []) => ({ id, type, kind: "task", actor: { id: actor }, at: "2026-11-24T21:34:00Z", changes, state: {} });
const missedBy = (account, events) => badgesOf(events, { own: account, isThere: (id) => id !== "gone" });

test("changes by others are marked, with all changed fields", () => {
  const marks = missedBy("me", [event("a", "task.updated", "bob", ["title"]), event("a", "task.updated", "eve", ["title", "due"])]);
  assert.deepEqual([...marks.keys()], ["a"]);
  assert.deepEqual(marks.get("a").changes, ["title", "due"]);
  assert.equal(marks.get("a").actor.id, "eve");
});
test("an entity is not marked if one has changed it oneself afterwards", () => {
  assert.equal(missedBy("me", [event("a", "task.updated", "bob"), event("a", "task.updated", "me")]).size, 0);
});
test("removed, dropped and erased entities are not marked", () => {
  const events = [event("gone", "task.added", "bob"), { ...event("b", "task.removed", "bob"), state: null }, { id: "c", erased: true }];
  assert.equal(missedBy("me", events).size, 0);
});
test("an added entity stays added after a change", () => {
  const first = addToBadge(undefined, event("a", "task.added", "bob"));
  const { type, actor, at, changes } = addToBadge(first, { ...event("a", "task.updated", "eve", ["due"]), at: "2026-11-24T22:00:00Z" });
  assert.deepEqual([type, actor.id, at, changes], ["task.added", "bob", "2026-11-24T22:00:00Z", ["due"]]);
});
test("a later change replaces the badge of a note or a file", () => {
  const note = addToBadge(undefined, event("a", "note.added", "bob"));
  const { type, actor } = addToBadge(note, event("a", "task.updated", "eve"));
  assert.deepEqual([type, actor.id], ["task.updated", "eve"]);
});
test("a changed entity without events is marked without a name", () => {
  const marks = badgesSince([{ id: "a", kind: "task", seq: 9 }, { id: "b", kind: "task", seq: 5 }], 5);
  assert.deepEqual([...marks], [["a", { type: "task.updated", actor: null, at: null, own: false, changes: [] }]]);
});
test("a handover does not change the searches that it includes", () => {
  const changed = event("s", "search.goal_set", "alice"), included = event("s", "handed.set", "alice");
  assert.equal(missedBy("me", [changed, included]).get("s").type, "search.goal_set");
  assert.equal(missedBy("me", [included]).size, 0);
  assert.equal(badgesSince([{ id: "s", kind: "handed", seq: 9 }], 5).size, 0);
});
test("a card stays new until it is seen, even if it changes; a note does not make it new", () => {
  const added = addToBadge(addToBadge(undefined, event("a", "sighting.added", "bob")), event("a", "sighting.graded", "eve"));
  assert.deepEqual([added, { type: "note.added" }, { type: "card.moved" }, undefined].map(isAddition), [true, false, false, false]);
});
