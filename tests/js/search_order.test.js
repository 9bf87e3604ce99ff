import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import { placeOf } from "../../static/js/core/rules/search_gravity.js";
import { SearchOrder } from "../../static/js/display/rows_in_order.js";

const place = (id, rank, since = 0) => ({ id, rank, since });
const ids = (places) => places.map(({ id }) => id).join("");

function ordered() {
  const order = new SearchOrder();
  const at = (now, ...searches) => ids(order.update(searches, { now, isSettled: true }));
  return { order, at };
}

test("worrying outranks undecided, and both outrank an alarm; an overdue task has no effect", () => {
  const alarm = { alarm: { rule: "urgent_sighting" } }, late = { alarm: null, overdue_tasks: 1, unanswered: { late: 3 } };
  const rank = (state, summary) => placeOf({ id: "a", state: { undecided: false, missing_since: "2026-11-20T10:00:00Z", ...state } }, summary).rank;
  assert.deepEqual(
    [[{ worrying: true }, alarm], [{ worrying: true }, late], [{ worrying: null, undecided: true }, alarm], [{ worrying: null, undecided: true }, late], [{ worrying: false }, alarm], [{ worrying: false }, late], [{ worrying: null }, undefined]].map((each) => rank(...each)),
    [5, 4, 3, 2, 1, 0, 0],
  );
});
test("displays rank a search by its data as the operations page does by its criteria", () => {
  const shared = { worrying: null, missing_since: "2026-11-20T10:00:00Z" }, displayed = { ...shared, undecided: true, person: { first_name: "Noor", age: 8 } };
  const full = { ...shared, criteria: {}, person: { first_name: "Noor", last_name: "V", age: 8, birth_date: null } };
  assert.deepEqual(placeOf({ id: "a", state: displayed }, undefined), placeOf({ id: "a", state: full }, undefined));
});
test("graver classes come first, then children missing for the shortest time", () => {
  assert.equal(ordered().at(0, place("a", 0, 1), place("b", 3, 1), place("c", 0, 2), place("d", 1)), "bdca");
});
test("the order changes at most once a minute", () => {
  const { at } = ordered();
  at(0, place("a", 0, 2), place("b", 0, 1));
  assert.equal(at(1_000, place("a", 0, 2), place("b", 1, 1)), "ba");
  assert.equal(at(2_000, place("a", 3, 2), place("b", 1, 1)), "ba");
  assert.equal(at(60_999, place("a", 3, 2), place("b", 1, 1)), "ba");
  assert.equal(at(61_000, place("a", 3, 2), place("b", 1, 1)), "ab");
});
test("a new class without an effect does not use up the minute", () => {
  const { at } = ordered();
  at(0, place("a", 3, 1), place("b", 0, 2));
  assert.equal(at(1_000, place("a", 1, 1), place("b", 0, 2)), "ab");
  assert.equal(at(2_000, place("a", 0, 1), place("b", 0, 2)), "ba");
  assert.equal(at(3_000, place("a", 3, 1), place("b", 0, 2)), "ba");
});
test("the order only changes with a class", () => {
  const { at } = ordered();
  at(0, place("a", 0, 2), place("b", 0, 1));
  assert.equal(at(90_000, place("a", 0, 2), place("b", 0, 3)), "ab");
});
test("new searches appear and ended ones disappear immediately", () => {
  const { at } = ordered();
  at(0, place("a", 0), place("b", 0));
  at(1_000, place("a", 0), place("b", 1));
  assert.equal(at(1_500, place("a", 0), place("b", 1), place("c", 3)), "cba");
  assert.equal(at(1_600, place("a", 0), place("c", 3)), "ca");
});
test("only searches that moved up are marked, for twenty seconds", () => {
  const { order, at } = ordered();
  at(0, place("a", 1), place("b", 0), place("c", 0));
  at(5_000, place("a", 0), place("b", 3), place("c", 0));
  assert.deepEqual(["a", "b", "c"].map((id) => order.movedUp(id, 5_000)), [false, true, false]);
  assert.deepEqual([24_999, 25_000].map((now) => order.movedUp("b", now)), [true, false]);
});
test("the order is free until the counts are known, and nothing is marked", () => {
  const order = new SearchOrder();
  order.update([place("a", 0), place("b", 0)], { now: 0, isSettled: false });
  assert.equal(ids(order.update([place("a", 0), place("b", 1)], { now: 10, isSettled: true })), "ba");
  assert.equal(order.movedUp("b", 10), false);
  assert.equal(ids(order.update([place("a", 3), place("b", 1)], { now: 20, isSettled: true })), "ab");
});
