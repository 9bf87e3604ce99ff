import "./no_page.js";
import assert from "node:assert/strict";
import { test } from "node:test";

const { DESK, alarmCounts, deskAlarms, isToDecide, keptIn, moves } = await import("../../static/js/pages/handover/moving_alarms.js");

const ALARM = { id: "one", taken_by: "alice", moves: true }, OTHERS = { id: "two", taken_by: "bob", moves: false }, NOBODYS = { id: "three", taken_by: null, moves: false };
const SECTION = { board: "noor", outside: null, alarms: { held: 2, open: 1, moving: 1, listed: [NOBODYS, ALARM, OTHERS] } };

const NO_BOARD = { of: () => [], get: () => undefined };
const viewOf = (written = {}, more = {}) => ({ mayWrite: true, board: NO_BOARD, number: 4, handover: { outgoing: "alice" }, sections: [SECTION], written: () => ({ handover: 4, ...written }), ...more });

test("alarms of the outgoing person move, except kept ones", () => {
  assert.deepEqual([ALARM, OTHERS, NOBODYS].map((alarm) => moves(alarm, SECTION, viewOf())), [true, false, false]);
  assert.equal(moves(ALARM, SECTION, viewOf({ kept: ["one"] })), false);
  assert.deepEqual(keptIn(viewOf({ kept: ["one"], handover: 3 }), "noor"), []);
});

test("a choice counts before the report has it", () => {
  assert.deepEqual(alarmCounts(viewOf()), { held: 2, open: 1, moving: 1 });
  assert.deepEqual(alarmCounts(viewOf({ kept: ["one"] })), { held: 2, open: 1, moving: 0 });
});

test("alarms beyond the list count too", () => {
  const section = { ...SECTION, alarms: { ...SECTION.alarms, held: 1000, moving: 999 } };
  assert.deepEqual(alarmCounts(viewOf({ kept: ["one"] }, { sections: [section] })), { held: 1000, open: 1, moving: 998 });
});

test("a signed handover has its own choices", () => {
  const signed = viewOf({ kept: ["one"] }, { mayWrite: false });
  assert.deepEqual([moves(ALARM, SECTION, signed), isToDecide(ALARM, SECTION, signed)], [true, false]);
});

test("alarms of a search that the next person may not see stay with its keeper", () => {
  const section = { ...SECTION, outside: "dora" };
  assert.deepEqual([viewOf({ keeper: "alice" }), viewOf({ keeper: "bob" })].map((view) => moves(ALARM, section, view)), [false, true]);
});

test("reports of an earlier version have no alarms", () => {
  assert.deepEqual(alarmCounts(viewOf({}, { sections: [{ board: "noor" }] })), { held: 0, open: 0, moving: 0 });
});

const TIP = { id: "t", kind: "tip", state: { number: 7, description: "a girl at the fair", assignee: "alice" } };
const ofDesk = (taker, about = { kind: "tip", id: "t" }, ended = null) => ({ id: `by ${taker}`, kind: "alarm", state: { about, taken_by: taker, ended_at: ended } });
const deskOf = (...alarms) => ({ of: () => alarms, get: (id) => (id === "t" ? TIP : undefined) });

test("alarms about tips pass on too, without a choice", () => {
  const board = deskOf(ofDesk("alice"), ofDesk("bob"), ofDesk(null), ofDesk("dora", { kind: "tip", id: "t" }, "2026-11-26T10:00:00.000Z"), ofDesk(null, { kind: "handover", id: "operations" }));
  const view = viewOf({}, { board }), [own, others, nobodys] = deskAlarms(view);
  assert.deepEqual([own.about.number, own.title, own.assignee], [7, "a girl at the fair", "alice"]);
  assert.deepEqual([own, others, nobodys].map((alarm) => moves(alarm, DESK, view)), [true, false, false]);
  assert.equal(isToDecide(own, DESK, view), false);
  assert.deepEqual(alarmCounts(view), { held: 4, open: 2, moving: 2 });
  assert.deepEqual(deskAlarms({ ...view, isFixed: true }), [], "the report of a past handover has none");
});
