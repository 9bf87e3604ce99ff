import assert from "node:assert/strict";
import { test } from "node:test";

import "./no_page.js";
import "./declarations.js";

import { queueMark, waitingTime } from "../../static/js/shared/board/card/queue_mark.js";

globalThis.document.body = { dataset: { targets: JSON.stringify({ pass_on: { urgent: 30, other: 60 } }) } };
const SINCE = "2026-11-26T09:00:00Z", OPEN = { taken_by: null }, TAKEN = { taken_by: "bob" }, LAPSED = { taken_by: null, lapsed_by: "alice" };
const state = (assignee) => ({ queue: "pass_on", queue_since: SINCE, received_at: SINCE, priority: "normal", assessment: "credible", assignee, passed_on: null });
const view = (promiseOfQueues) => ({ model: { search: { state: { status: "open" } }, promiseOfQueues } });
const onCard = (assignee, alarm, promise) => queueMark(state(assignee), view(promise), alarm).values.at(-1);
const inList = (held, alarm) => waitingTime({ queue: "pass_on", queue_since: SINCE, target_min: 60, held, status: "open", alarm }).values.at(-1);

test("a late sighting is red if nobody has it: an assignee does, or a promise if there is an alarm", () => {
  for (const [assignee, alarm, target] of [[null, undefined, 60], ["alice", undefined, Infinity], ["alice", OPEN, 60], [null, TAKEN, Infinity]]) {
    assert.equal(onCard(assignee, alarm), target);
    assert.equal(inList(target === Infinity, alarm ?? null), target);
  }
});
test("a promise about all late sightings of a search has those without an own alarm", () => {
  assert.deepEqual([onCard(null, undefined, TAKEN), onCard(null, OPEN, TAKEN), onCard("alice", OPEN, TAKEN)], [Infinity, 60, 60]);
});
test("a lapsed promise is the only red item, on cards and in lists", () => {
  assert.equal(onCard("alice", LAPSED), Infinity);
  assert.equal(inList(false, LAPSED), Infinity);
});
