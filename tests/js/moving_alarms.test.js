import "./no_page.js";
import assert from "node:assert/strict";
import { test } from "node:test";

const { alarmCounts, isToDecide, keptIn, moves, withAlarms } = await import("../../static/js/pages/handover/moving_alarms.js");

const ALARM = { id: "one", taken_by: "alice", moves: true }, OTHERS = { id: "two", taken_by: "bob", moves: false }, NOBODYS = { id: "three", taken_by: null, moves: false };
const SECTION = { board: "noor", outside: null, alarms: { held: 2, open: 1, moving: 1, listed: [NOBODYS, ALARM, OTHERS] } };

const viewOf = (written = {}, more = {}) => ({ mayWrite: true, report: { whole: {} }, number: 4, handover: { outgoing: "alice" }, sections: [SECTION], written: () => ({ handover: 4, ...written }), ...more });

test("alarms of the outgoing person move, except kept ones", () => {
  assert.deepEqual([ALARM, OTHERS, NOBODYS].map((alarm) => moves(alarm, SECTION, viewOf())), [true, false, false]);
  assert.equal(moves(ALARM, SECTION, viewOf({ kept: ["one"] })), false);
  assert.deepEqual(keptIn(viewOf({ kept: ["one"], handover: 3 }), "noor"), []);
});

test("a choice counts before the report has it", () => {
  assert.deepEqual(alarmCounts(viewOf()), { held: 2, assigned: 0, open: 1, moving: 1 });
  assert.deepEqual(alarmCounts(viewOf({ kept: ["one"] })), { held: 2, assigned: 0, open: 1, moving: 0 });
});

test("alarms beyond the list count too", () => {
  const section = { ...SECTION, alarms: { ...SECTION.alarms, held: 1000, moving: 999 } };
  assert.deepEqual(alarmCounts(viewOf({ kept: ["one"] }, { sections: [section] })), { held: 1000, assigned: 0, open: 1, moving: 998 });
});

test("alarms whose assignee has not answered are not among those that nobody has", () => {
  const section = { ...SECTION, alarms: { ...SECTION.alarms, open: 10, assigned: 4 } };
  assert.deepEqual(alarmCounts(viewOf({}, { sections: [section] })), { held: 2, assigned: 4, open: 6, moving: 1 });
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
  assert.deepEqual(alarmCounts(viewOf({}, { sections: [{ board: "noor" }] })), { held: 0, assigned: 0, open: 0, moving: 0 });
});

const OWN_TIP = { id: "t", taken_by: "alice", moves: true }, TIP = { id: "u", taken_by: null, moves: false };

test("alarms about tips pass on too, without a choice", () => {
  const alarms = { held: 1, open: 1, moving: 1, listed: [TIP, OWN_TIP] }, view = viewOf({ kept: ["t"] }, { report: { whole: { alarms } } });
  const desk = withAlarms(view).at(-1);
  assert.deepEqual([OWN_TIP, TIP].map((alarm) => moves(alarm, desk, view)), [true, false]);
  assert.equal(isToDecide(OWN_TIP, desk, view), false);
  assert.deepEqual(alarmCounts(view), { held: 3, assigned: 0, open: 2, moving: 2 });
  const signed = { ...view, mayWrite: false };
  assert.deepEqual([moves(OWN_TIP, desk, signed), alarmCounts(signed).held], [true, 3], "a signed report has them too");
});
