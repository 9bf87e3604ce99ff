import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import { SignificantEvents, isHighlighted } from "../../static/js/display/significant_events.js";

const SEARCH = "search-1", OPEN = { status: "open" };
const at = (minute) => `2026-11-24T10:${String(minute).padStart(2, "0")}:00.000Z`;

/** Board of a display: that of a search has sightings, the operations board only summaries. */
class FakeBoard {
  seq = 1;
  summaries = new Map();
  states = new Map();

  constructor(id) {
    this.id = id;
  }

  get(id) {
    return this.states.has(id) ? { id, kind: "sighting", state: this.states.get(id) } : undefined;
  }

  of(kind) {
    return kind === "sighting" ? [...this.states.keys()].map((id) => this.get(id)) : [];
  }

  assess(id, assessment, minute, more = {}) {
    const state = { assessment, priority: "normal", withdrawn: false, ...more };
    this.states.set(id, state);
    return { type: "sighting.assessed", kind: "sighting", id, at: at(minute), state };
  }

  last(type, minute, assessment = null) {
    this.summaries.set(SEARCH, { last: { seq: minute, type, at: at(minute), assessment } });
  }
}

const eventsOf = (...boards) => new SignificantEvents(() => boards);
const summaryOf = (moment) => moment && [moment.at, moment.type, moment.state?.assessment ?? null];
const shown = (events, board) => summaryOf(events.last(SEARCH, board.summaries.get(SEARCH)));
const line = (events) => events.newest(() => OPEN).map(summaryOf);
const decision = (minute) => ({ type: "note.added", kind: "note", id: `note-${minute}`, at: at(minute), state: { category: "decision" } });

test("a single search shows a credible sighting until it is reassessed or withdrawn", () => {
  for (const later of ["not_the_child", "unassessed", "unverifiable", "duplicate"]) {
    const board = new FakeBoard(SEARCH), events = eventsOf(board);
    events.onEvents(board, [decision(1)]);
    assert.equal(events.onEvents(board, [board.assess("a", "credible", 2)]).length, 1);
    board.last("sighting.assessed", 2, "credible");
    assert.deepEqual(shown(events, board), [at(2), "sighting.assessed", "credible"]);
    assert.deepEqual(events.onEvents(board, [board.assess("a", later, 3)]), []);
    assert.deepEqual(shown(events, board), [at(1), "note.added", null], later); // immediately: the summary still contains the former one
    assert.deepEqual(line(events), [[at(1), "note.added", null]]);
  }
  const board = new FakeBoard(SEARCH), events = eventsOf(board);
  events.onEvents(board, [decision(1), board.assess("a", "confirmed", 2)]);
  assert.equal(line(events).length, 2);
  board.states.set("a", { ...board.states.get("a"), withdrawn: true });
  assert.deepEqual(line(events), [[at(1), "note.added", null]]);
  board.states.set("a", { ...board.states.get("a"), withdrawn: false });
  assert.equal(line(events).length, 2);
});

test("a page loaded after the assessment forgets it too, once it no longer applies", () => {
  const board = new FakeBoard(SEARCH), events = eventsOf(board);
  board.assess("a", "credible", 2);
  board.last("sighting.assessed", 2, "credible");
  events.onEvents(board, []);
  assert.deepEqual(shown(events, board), [at(2), "sighting.assessed", "credible"]);
  events.onEvents(board, [board.assess("a", "not_the_child", 3)]);
  assert.equal(shown(events, board), null);
  assert.deepEqual(line(events), []);
  board.last("search.appeal_set", 1);
  assert.deepEqual(shown(events, board), [at(1), "search.appeal_set", null]);
});

test("the second credible sighting remains if the first is ruled out", () => {
  const board = new FakeBoard(SEARCH), events = eventsOf(board);
  events.onEvents(board, [board.assess("a", "credible", 2), board.assess("b", "confirmed", 3)]);
  assert.deepEqual(shown(events, board), [at(3), "sighting.assessed", "confirmed"]);
  events.onEvents(board, [board.assess("b", "not_the_child", 4)]);
  assert.deepEqual(shown(events, board), [at(2), "sighting.assessed", "credible"]);
});

test("a sighting is shown once, in its current state", () => {
  const board = new FakeBoard(SEARCH), events = eventsOf(board);
  for (const [assessment, minute] of [["credible", 2], ["confirmed", 3], ["credible", 4]]) events.onEvents(board, [board.assess("a", assessment, minute)]);
  assert.deepEqual(line(events), [[at(4), "sighting.assessed", "credible"]]);
});

test("an operations display shows a sighting only while it is the server's last event", () => {
  const board = new FakeBoard("operations"), events = eventsOf(board);
  board.last("sighting.assessed", 2, "credible");
  assert.equal(events.onEvents(board, []).length, 1);
  assert.deepEqual([shown(events, board), line(events).length], [[at(2), "sighting.assessed", "credible"], 1]);
  board.last("note.added", 1);
  events.onEvents(board, []);
  assert.deepEqual([shown(events, board), line(events)], [[at(1), "note.added", null], [[at(1), "note.added", null]]]);
});

test("a sighting ruled out before it was shown is not highlighted", () => {
  const board = new FakeBoard(SEARCH), events = eventsOf(board), now = new Date("2026-11-24T10:02:30.000Z");
  const caught = [board.assess("a", "credible", 2), board.assess("a", "not_the_child", 2)];
  assert.deepEqual(events.onEvents(board, caught), []);
  assert.equal(isHighlighted(events.last(SEARCH, undefined), now), false);
  assert.equal(events.onEvents(board, [board.assess("b", "credible", 3)]).length, 1);
  assert.equal(isHighlighted(events.last(SEARCH, undefined), now), true);
});

test("an urgent sighting is shown until it is settled or no longer urgent", () => {
  for (const more of [{ assessment: "not_the_child" }, { priority: "normal" }, { withdrawn: true }]) {
    const board = new FakeBoard(SEARCH), events = eventsOf(board), state = { assessment: "unassessed", priority: "urgent", withdrawn: false };
    board.states.set("a", state);
    events.onEvents(board, [{ type: "sighting.added", kind: "sighting", id: "a", at: at(2), state }]);
    assert.deepEqual(shown(events, board), [at(2), "sighting.added", "unassessed"]);
    board.states.set("a", { ...state, ...more });
    assert.equal(shown(events, board), null, JSON.stringify(more));
  }
});

test("only the latest event of each type that a search's state contains is shown", () => {
  const board = new FakeBoard(SEARCH), events = eventsOf(board), searchEvent = (type, minute) => ({ type, kind: "search", id: SEARCH, at: at(minute), state: OPEN });
  events.onEvents(board, [searchEvent("search.opened", 1), searchEvent("search.status_set", 2), searchEvent("search.status_set", 3), searchEvent("search.appeal_set", 4), searchEvent("search.appeal_set", 5)]);
  assert.deepEqual(line(events).map(([when]) => when), [at(5), at(3), at(1)]);
});
