import assert from "node:assert/strict";
import { test } from "node:test";

import "./no_page.js";
import "./declarations.js";

import { queueMark, waitingTime } from "../../static/js/shared/board/card/queue_mark.js";

globalThis.document.body = { dataset: { targets: JSON.stringify({ pass_on: { urgent: 30, other: 60 } }) } };
const SINCE = "2026-11-26T09:00:00Z", OPEN = { taken_by: null }, TAKEN = { taken_by: "bob" }, LAPSED = { taken_by: null, lapsed_by: "alice" };
const state = (assignee) => ({ queue: "pass_on", queue_since: SINCE, received_at: SINCE, priority: "normal", assessment: "credible", assignee, passed_on: null });
const view = { model: { search: { state: { status: "open" } } } };
const onCard = (assignee, alarm) => queueMark(state(assignee), view, alarm).values.at(-1);
const inList = (assignee, alarm) => waitingTime({ queue: "pass_on", queue_since: SINCE, target_min: 60, assignee, status: "open", alarm }).values.at(-1);

test("a late sighting is red if nobody has it: an assignee does, or a promise if there is an alarm", () => {
  for (const [assignee, alarm, target] of [[null, undefined, 60], ["alice", undefined, Infinity], ["alice", OPEN, 60], [null, TAKEN, Infinity]]) {
    assert.equal(onCard(assignee, alarm), target);
    assert.equal(inList(assignee, alarm ?? null), target);
  }
});
test("a lapsed promise is the only red item, on cards and in lists", () => {
  assert.equal(onCard("alice", LAPSED), Infinity);
  assert.equal(inList("alice", LAPSED), Infinity);
});
