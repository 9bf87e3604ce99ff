/** Sentences of a history name the people, items and searches that they are about. */
import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import { rules, use } from "../../static/js/core/i18n.js";
import { eventText, isCreation } from "../../static/js/format/event_text.js";

const LABELS = { kinds: { task: "Task", sighting: "Sighting" }, fields: {}, values: { access: { desk: "All users", members: "Members only" } }, events: { "handed.set": "Search included" }, done: {} };
use(/** @type {any} */ ({ language: "en", messages: {}, labels: LABELS, kinds: { task: { card: true, title: "title", fields: {}, readings: { "checklist.*.rank": "internal" } }, sighting: { card: true, title: "description", fields: {}, readings: {} }, distribution: { fields: {}, readings: { material: "material" } } } }));

const NAMES = { a: "Alice", b: "Bob", c: "Charlie" }, NOOR = { kind: "search", id: "s", state: { person: { first_name: "Noor", last_name: "Verhaegen" } } };
const ctx = /** @type {any} */ ({
  session: { account: { id: "a" }, accounts: new Map(Object.entries(NAMES).map(([id, name]) => [id, { name }])) },
  board: { id: "operations", get: (/** @type {string} */ id) => (id === "s" ? { kind: "handed", id, state: { handover: 2 } } : undefined), one: (/** @type {string} */ kind) => (kind === "search" ? NOOR : undefined) },
});
const sentence = (type, before, state, changes, kind = type.split(".")[0], id = "x") => eventText({ seq: 9, at: "2026-11-30T11:05:06.368Z", type, kind, id, state, changes, actor: { id: "a", name: "Alice" } }, ctx, before);
const access = (before, state) => sentence("search.access_set", before, state, ["access", "members"].filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(state[name])));
const members = (...ids) => ({ access: "members", members: ids });

test("people whose access changed are named", () => {
  assert.equal(access(members("a"), members("a", "b")), "Alice gave access to Bob");
  assert.equal(access(members("a", "b", "c"), members("a")), "Alice took access from Bob and Charlie");
  assert.equal(access(members("a", "b"), members("a", "c")), "Alice gave access to Charlie, and took it from Bob");
  assert.equal(access({ access: "desk", members: [] }, members("a", "b")), "Alice changed access from “All users” to “Members only” · Members: Alice and Bob");
  assert.equal(access(members("a"), { access: "desk", members: [] }), "Alice changed access from “Members only” to “All users”");
  assert.equal(access(undefined, members("a", "b")), "Alice set access to “Members only” · Members: Alice and Bob");
});

test("names that an alarm asked end with and", () => {
  const asked = (/** @type {string[]} */ ...ids) => ({ rule: "r", about: { kind: "search", id: "s", number: null }, asked: ids, round: 0 });
  assert.match(sentence("alarm.escalated", asked("a"), asked("a", "b", "c"), ["asked"]), / asked Bob and Charlie$/);
});

test("a cancelled take-down has a sentence of its own", () => {
  const distribution = (take_down) => ({ recipient: "De Lijn", material: "m", take_down });
  const due = (before, after) => sentence("distribution.take_down_due", distribution(before), distribution(after), ["take_down.due"], "distribution");
  assert.equal(due(null, { due: "2026-11-26T09:30:00Z" }), "De Lijn must be asked to take down: material");
  assert.equal(due({ due: "2026-11-26T09:30:00Z" }, null), "De Lijn no longer has to be asked to take it down");
});

test("the item of a checklist is named", () => {
  const task = (checklist) => ({ number: 5, title: "Call", checklist }), item = { text: "the school", done: false, rank: "a0" };
  const item_ = (before, after) => sentence("task.updated", before && task(before), task(after), ["text", "done", "rank"].filter((name) => before?.k?.[name] !== after.k?.[name]).map((name) => `checklist.k.${name}`)).replace("\u00a0", " ");
  assert.equal(item_({}, { k: item }), "Alice added “the school” to the checklist of Task 5");
  assert.equal(item_({ k: item }, {}), "Alice removed “the school” from the checklist of Task 5");
  assert.equal(item_({ k: item }, { k: { ...item, done: true } }), "Alice ticked “the school” on Task 5");
});

test("the search in a handover is named, even if other entities have its id", () => {
  assert.equal(sentence("handed.set", { handover: 1 }, { handover: 2 }, ["handover"], "handed", "s"), "The search for Noor V. was included in handover 2");
});

test("a card assigned to the reader is assigned to you", () => {
  const task = (assignee) => ({ number: 5, title: "Call", assignee }), to = (before, after) => eventText({ seq: 9, at: "2026-11-30T11:05:06.368Z", type: "card.assigned", kind: "task", id: "x", state: task(after), changes: ["assignee"], actor: { id: "b", name: "Bob" } }, ctx, task(before)).replace("\u00a0", " ");
  assert.deepEqual([to(null, "a"), to("c", "a"), to("a", "c")], ["Bob assigned Task 5 to you", "Bob reassigned Task 5 from Charlie to you", "Bob reassigned Task 5 from Alice to Charlie"]);
});

test("each text that carries over by the declaration is named", () => {
  const declared = rules(), told = (path) => sentence("handover.confirmed", { handover: 2 }, { handover: 2 }, [`authorship.${path}.by`], "briefing");
  assert.equal(told("wishes"), "Alice: handover.confirmed");
  use(/** @type {any} */ ({ rules: { ...declared, event_facts: { ...declared.event_facts, carried_over: ["wishes"] } } }));
  assert.equal(told("wishes"), "Alice said for handover 2 that this is still true: wishes");
  use(/** @type {any} */ ({ rules: declared }));
});

test("the types of creations are those of the server", () => {
  const types = ["search.opened", "task.added", "file.attached", "material.approved", "material.withdrawn", "alarm.raised"];
  assert.deepEqual(types.filter((type) => isCreation({ type })), types.slice(0, 4));
});

test("an event without a sentence is described by its label", () => {
  assert.equal(sentence("handed.locked", { handover: 1 }, { handover: 2 }, ["handover"], "handed", "s"), "Alice: handed.locked");
});

test("an unknown card that has left is described by its kind", () => {
  assert.equal(sentence("card.archived", null, null, [], "sighting"), "Alice made room: Sighting left the board");
});
