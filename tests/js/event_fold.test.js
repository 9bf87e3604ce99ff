import assert from "node:assert/strict";
import { test } from "node:test";

import { Entities, entityChange } from "../../static/js/core/connection/sequence.js";
import { EventFold } from "../../static/js/replay/event_fold.js";

/** Return events of a board on which three tasks are added, changed and removed; the same ones each time. */
function journal(length) {
  const events = [];
  let random = 12345;
  for (let seq = 1; seq <= length; seq += 1) {
    random = (random * 1103515245 + 12345) % 2 ** 31;
    const id = `t${random % 3}`, at = new Date(seq * 1000).toISOString();
    if (random % 11 === 0) events.push({ seq, at, kind: "task", id, erased: true });
    else events.push({ seq, at, kind: "task", id, state: random % 5 === 0 ? null : { title: `${seq}` } });
  }
  return events;
}

/** Return the entities after `count` events, by applying each event. */
function replayed(events, count) {
  const entities = new Entities();
  for (const event of events.slice(0, count)) {
    const { put, drop } = entityChange(event);
    if (put) entities.put(put);
    if (drop) entities.drop(drop);
  }
  return titles(entities);
}

const titles = (entities) => [...entities].map(({ id, state }) => `${id} ${state.title}`).sort();

test("the state at a moment equals its applied events, in any order of visits", () => {
  const events = journal(60);
  const fold = new EventFold(events);
  for (const count of [60, 0, 30, 31, 29, 1, 59, 60, 7]) assert.deepEqual(titles(fold.go(count)), replayed(events, count), `at ${count}`);
});

test("later events are appended", () => {
  const events = journal(20);
  const fold = new EventFold(events.slice(0, 12));
  fold.go(12);
  fold.add(events.slice(12));
  assert.equal(fold.length, 20);
  assert.deepEqual(titles(fold.go(20)), replayed(events, 20));
});

test("a moment is found by seq and by time, also between events", () => {
  const fold = new EventFold([2, 4, 4, 9].map((second, index) => ({ seq: index * 2 + 1, at: new Date(second * 1000).toISOString() })));
  assert.deepEqual([0, 1, 2, 3, 7, 8].map((seq) => fold.upTo(seq)), [0, 1, 1, 2, 4, 4]);
  const at = (seconds) => fold.until(new Date(seconds * 1000).toISOString());
  assert.deepEqual([1, 2, 3, 4, 8, 9, 10].map(at), [0, 1, 1, 3, 3, 4, 4]);
  assert.equal(fold.event(0), undefined);
  assert.equal(fold.event(4).seq, 7);
  assert.deepEqual(fold.between(1, 3).map(({ seq }) => seq), [3, 5]);
});
