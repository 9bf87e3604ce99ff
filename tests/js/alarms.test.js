import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import "./declarations.js";

import { Alarms, callKey } from "../../static/js/core/rules/alarms.js";
import { use } from "../../static/js/core/i18n.js";
import { runningTime, syncClock } from "../../static/js/core/time.js";
import { alarmDetail, alarmUrl, askedName, levelOf, namedAlarm, ruleName, shortAlarm, stepTime, waitText, whoseAlarm } from "../../static/js/format/alarm_text.js";

const CARD = { card: true, counted: true, plural: "", title: "", column: "", fields: { seen_at: {} }, occasions: {}, forms: { first: [], more: [], edit: [] } };
const URGENT = { name: "Urgent sighting", numbered: "Urgent sighting {number}", rule: "urgent_sighting" };
const OVERDUE = { name: "Urgent task overdue", numbered: "Task {number}, urgent, overdue", short: "alarm, short\x04Task {number} overdue", rule: "overdue_task" };
const ANSWER = { name: "Answer needed", page: "/searches/{board}#log", rule: "please_answer" };
const TAKE_DOWN = { name: "Take-down overdue", page: "/searches/{board}?campaign", rule: "take_down_overdue" };
use({
  language: "en", messages: {}, labels: { kinds: { vehicle: "Vehicle", sighting: "Sighting" }, fields: {}, values: {}, events: {}, done: {} },
  kinds: {
    sighting: { ...CARD, occasions: { sighting_urgent: URGENT } }, task: { ...CARD, fields: {}, occasions: { task_overdue: OVERDUE } },
    vehicle: { ...CARD, fields: {} }, note: { ...CARD, card: false, occasions: { mention: ANSWER } }, search: { ...CARD, card: false, occasions: { take_down_overdue: TAKE_DOWN } },
    tip: { ...CARD, card: false, occasions: { sighting_urgent: { ...URGENT, name: "Urgent tip", page: "/?tip={id}" } } },
    handover: { ...CARD, card: false, occasions: { handover_waiting: { name: "Handover not accepted", page: "/handover" } } },
  },
});

const RAISED = "2026-11-26T09:15:48.000Z";
const alarm = (fields = {}) => ({
  id: "a1", board: "b1", seq: 7, reference: "DEMO-02", child: "Mila B., 6", about: { kind: "sighting", id: "s1", number: 4 }, rule: "urgent_sighting", place: "Drongen", seen_at: null,
  title: "girl with a man", raised_at: RAISED, step: 0, next_at: null, steps: [], asked_me: true, taken_by: null, taken_at: null, ...fields,
});
const frame = (...alarms) => ({ type: "alarms", alarms, more: 0 });
const ago = (ms) => new Date(Date.now() - ms).toISOString();

let clock, sent, alarms, changes;

beforeEach(() => {
  [clock, sent, changes] = [{ mono: 0, wall: 0 }, [], 0];
  alarms = new Alarms((message) => Boolean(sent.push(message)), () => ({ ...clock }));
  alarms.watch(() => (changes += 1));
});

const advance = (ms) => (clock = { mono: clock.mono + ms, wall: clock.wall + ms });

test("alarms are unknown before the first answer, and an empty answer is proof", () => {
  alarms.ask();
  assert.deepEqual([sent, alarms.state], [[{ type: "alarms" }], "loading"]);
  alarms.onFrame(frame());
  assert.deepEqual([alarms.state, alarms.open, changes], ["live", [], 1]);
});

test("each frame confirms the list, which is outdated 10 s after the last one", () => {
  alarms.ask();
  alarms.onFrame(frame(alarm()));
  advance(8_000);
  alarms.onFrame(frame(alarm()));
  advance(8_000);
  assert.equal(alarms.state, "live");
  advance(1_500);
  assert.deepEqual([alarms.state, alarms.open.length], ["not_current", 1]);
});

test("urgent alarms that ask only others are counted", () => {
  alarms.onFrame({ ...frame(), others: 2 });
  assert.deepEqual([alarms.open, alarms.others], [[], 2]);
  alarms.onFrame(frame()); // from an earlier server
  assert.equal(alarms.others, 0);
});

test("a connection without an answer confirms nothing", () => {
  alarms.ask();
  alarms.onFrame(frame());
  alarms.lost();
  assert.equal(alarms.state, "not_current");
  alarms.ask();
  assert.equal(alarms.state, "not_current");
  alarms.onFrame(frame(alarm()));
  assert.equal(alarms.state, "live");
});

test("the person who took an alarm is shown for a minute", () => {
  const taken = (id, ms) => alarm({ id, taken_by: { id: "dora", name: "Dora" }, taken_at: ago(ms) });
  alarms.onFrame(frame(taken("old", 61_000), taken("first", 30_000), taken("second", 5_000), alarm({ id: "open" })));
  assert.deepEqual([alarms.taken.map(({ id }) => id), alarms.open.map(({ id }) => id)], [["second", "first"], ["open"]]);
});

test("an own acknowledged take counts until a frame contains it, for a while", () => {
  alarms.onFrame(frame(alarm()));
  alarms.acknowledged("a1", { id: "me", name: "Me" });
  assert.deepEqual([alarms.open.length, alarms.taken[0].taken_by.name], [0, "Me"]);
  alarms.onFrame(frame(alarm({ taken_by: { id: "me", name: "Me" }, taken_at: ago(0) })));
  assert.equal(alarms.open.length, 0);
  alarms.onFrame(frame(alarm())); // handed on, or released
  advance(5_001);
  assert.equal(alarms.open.length, 1);
});

test("an own take no longer counts once it is undone, and has the seq of its event", () => {
  alarms.onFrame(frame(alarm()));
  alarms.acknowledged("a1", { id: "me", name: "Me" }, 9);
  assert.equal(alarms.taken[0].seq, 9);
  alarms.onFrame(frame(alarm({ seq: 9, taken_by: { id: "me", name: "Me" }, taken_at: ago(0) })));
  alarms.released("a1");
  assert.deepEqual([alarms.open.length, alarms.taken.length], [1, 0]);
});

test("a new urgent alarm is first, then the others, the oldest first", () => {
  const at = (minute) => `2026-11-26T09:${minute}:00.000Z`, urgent = { occasion: "sighting_urgent" };
  const lapsed = { id: "lapsed", ...urgent, raised_at: at(10), lapsed_at: at(50) };
  alarms.onFrame(frame(alarm({ id: "old", ...urgent, raised_at: at(11) }), alarm(lapsed), alarm({ id: "task", occasion: "task_overdue", raised_at: at(12) }), alarm({ id: "note", occasion: "mention", raised_at: at(13) }), alarm({ id: "new", ...urgent, raised_at: at(45) })));
  assert.deepEqual(alarms.open.map(({ id }) => id), ["lapsed", "new", "old", "task", "note"]);
});

test("a chosen time counts until the frame says it", () => {
  alarms.onFrame(frame(alarm({ taken_by: { id: "me", name: "Me" }, taken_at: ago(0), until: "2026-11-26T09:30:00.000Z" })));
  alarms.promised("a1", "2026-11-26T10:30:00.000Z", 12);
  assert.deepEqual([alarms.held[0].until, alarms.held[0].seq], ["2026-11-26T10:30:00.000Z", 12]);
});

test("each step of each round asks again", () => {
  const keys = [[0, 0], [0, 1], [1, -1], [1, 0], [2, 3], [3, 3]].map(([round, step]) => callKey({ id: "a", round, step }));
  assert.equal(new Set(keys).size, 6);
  assert.equal(callKey({ id: "a", step: 0 }), callKey({ id: "a", round: 0, step: 0 }));
});

test("the level follows the step and ends at three", () => {
  assert.equal(levelOf({ step: -1, lapsed_by: { id: "dora", name: "Dora" } }), 3);
  assert.deepEqual([0, 1, 2, 7].map((step) => levelOf({ step })), [1, 2, 3, 3]);
});

test("a waiting time is never negative", () => {
  const textAfter = (s) => runningTime(RAISED, new Date(Date.parse(RAISED) + s * 1000));
  assert.deepEqual([textAfter(-5), textAfter(12), textAfter(252), textAfter(3_852), textAfter(100_000)], ["0 s", "12 s", "4 min", "1 h 04 min", "1 d 03 h"]);
});

test("an alarm shows all that is known about it", () => {
  assert.deepEqual([whoseAlarm(alarm()), alarmDetail(alarm())], ["Mila B., 6", "time unknown, Drongen: girl with a man"]);
  assert.equal(alarmDetail(alarm({ title: null })), "time unknown, Drongen");
  assert.equal(whoseAlarm(alarm({ child: null, about: { kind: "task", id: "t", number: 9 } })), "Task\u00a09");
});

test("an alarm is named by its occasion, regardless of the key of its rule", () => {
  const custom = alarm({ rule: "night_watch", occasion: "sighting_urgent" }), task = alarm({ rule: "late", occasion: "task_overdue", about: { kind: "task", id: "t", number: 8 } });
  assert.deepEqual([ruleName(custom), namedAlarm(custom)], ["Urgent sighting", "Urgent sighting\u00a04"]);
  assert.deepEqual([ruleName(alarm()), ruleName(alarm({ rule: "toString" }))], ["Urgent sighting", "Sighting"], "from before occasions were sent");
  assert.deepEqual([namedAlarm(task), shortAlarm(task)], ["Task\u00a08, urgent, overdue", "Task 8 overdue"]);
  const van = { kind: "vehicle", id: "v", number: 3 };
  assert.equal(namedAlarm(alarm({ rule: "van", occasion: "sighting_urgent", about: van })), "Urgent sighting: Vehicle\u00a03");
  const note = alarm({ rule: "please_answer", occasion: "mention", about: { kind: "note", id: "n", number: 4 }, child: "Mila B., 6" });
  assert.equal(namedAlarm(note), "Answer needed", "the number is that of the card");
  assert.doesNotMatch(alarmDetail(note), /4/);
  assert.equal(ruleName(alarm({ occasion: "sighting_urgent", about: { kind: "tip", id: "t", number: 1 } })), "Urgent tip");
});

test("an alarm links to its card, its search or the handover", () => {
  const url = (about, board = "b1") => alarmUrl(alarm({ about, board }));
  assert.equal(url({ kind: "task", id: "t1", number: 2 }), "/searches/b1/cards/t1");
  assert.equal(url({ kind: "vehicle", id: "v1", number: 3 }), "/searches/b1/cards/v1", "of an installation's own kind");
  assert.equal(alarmUrl(alarm({ rule: "own", occasion: "take_down_overdue", about: { kind: "search", id: "b1", number: null } })), "/searches/b1?campaign");
  assert.equal(url({ kind: "note", id: "n1", number: null }), "/searches/b1");
  assert.equal(alarmUrl(alarm({ occasion: "handover_waiting", board: "operations", about: { kind: "handover", id: "operations", number: 2 } })), "/handover");
  assert.deepEqual(["tip", "note"].map((kind) => url({ kind, id: "t1", number: null }, "operations")), ["/?tip=t1", "/"]);
});

test("a waiting time does not look like a time of day", () => {
  const wait = (seconds) => waitText({ raised_at: "2026-11-26T09:15:48.000Z", taken_at: new Date(Date.parse("2026-11-26T09:15:48.000Z") + seconds * 1_000).toISOString() });
  assert.deepEqual([-1, 0, 7, 60, 300, 3_852, 100_000].map(wait), ["0 s", "0 s", "7 s", "1 min", "5 min", "1 h 04 min", "1 d 03 h"].map((text) => text.replaceAll(" ", "\u00a0")));
});

test("the wait for an alarm that was reopened begins again", () => {
  const taken = { raised_at: "2026-11-25T12:51:57.000Z", taken_at: "2026-11-26T08:24:26.000Z" };
  assert.equal(waitText(taken, "2026-11-26T08:22:46.000Z"), "1\u00a0min");
});

test("a ladder lists people and times", () => {
  assert.equal(stepTime(alarm(), { at: "2026-11-26T09:20:48.000Z" }), "after 5 min");
  const named = [["lead", "Bob"], ["lead", null], ["holder", "Alice"], ["assignee", "Bob"], ["new", null]].map(([ask, name]) => askedName({ ask, name, everyone: false }));
  assert.deepEqual(named, ["Bob, in charge", "in charge", "Shift: Alice", "Bob", "the person it concerns"]);
});

test("a ladder says if it asks people on duty, or all", () => {
  const named = (everyone) => ["desk", "desk_all", "coordinators", "coordinators_all"].map((ask) => askedName({ ask, name: null, everyone }));
  assert.deepEqual(named(false), ["all on duty", "all on duty", "all coordinators on duty", "all coordinators on duty"]);
  assert.deepEqual(named(true), ["all users", "all users", "all coordinators", "all coordinators"]);
});

test("the server's clock is used, not the local one", () => {
  syncClock(new Date(Date.now() + 3_600_000).toISOString());
  alarms.onFrame(frame(alarm({ taken_by: { id: "d", name: "D" }, taken_at: ago(0) })));
  assert.equal(alarms.taken.length, 0); // taken an hour ago, by the server's clock
});
