import assert from "node:assert/strict";
import { test } from "node:test";

import { comingNext, dutyOf, otherEnds, plannedOf, proposedEnd } from "../../static/js/core/rules/duty.js";

const entry = (account, starts_at, ends_at) => ({ account, name: account, starts_at, ends_at });
const status = (more) => ({ duties: [], absent: [], next: [], ...more });
const NIGHT = new Date("2026-11-30T21:54:00Z"); // 22:54 in Brussels

test("an account has its own duty only", () => {
  const bob = { account: "b", name: "Bob", since: "", until: "" };
  assert.equal(dutyOf(status({ duties: [bob] }), "b"), bob);
  assert.equal(dutyOf(status({ duties: [bob] }), "a"), null);
  assert.equal(dutyOf(null, "a"), null);
});
test("the plan proposes the end", () => {
  const next = [entry("b", "2026-11-30T22:00:00Z", "2026-12-01T02:00:00Z"), entry("a", "2026-11-30T22:00:00Z", "2026-12-01T06:00:00Z")];
  assert.equal(plannedOf(status({ next }), "a"), next[1]);
  assert.equal(proposedEnd(status({ next }), "a", NIGHT), "2026-12-01T06:00:00Z");
  assert.equal(proposedEnd(status({ absent: next }), "b", NIGHT), "2026-12-01T02:00:00Z");
});
test("a planned duty that begins much later proposes nothing", () => {
  const next = [entry("a", "2026-12-01T14:00:00Z", "2026-12-01T22:00:00Z")];
  assert.equal(proposedEnd(status({ next }), "a", NIGHT), "2026-12-01T06:00:00.000Z");
});
test("without a plan, the end is the change of shift after four hours, in Brussels", () => {
  assert.equal(proposedEnd(null, "a", NIGHT), "2026-12-01T06:00:00.000Z", "07:00");
  assert.equal(proposedEnd(null, "a", new Date("2026-12-01T05:50:00Z")), "2026-12-01T14:00:00.000Z", "15:00");
  assert.equal(proposedEnd(null, "a", new Date("2026-12-01T13:00:00Z")), "2026-12-01T22:00:00.000Z", "23:00, not 15:00");
  assert.equal(proposedEnd(null, "a", new Date("2026-10-24T21:00:00Z")), "2026-10-25T06:00:00.000Z", "07:00 in the night of winter time");
});
test("other ends are full hours, and not the proposed one", () => {
  const ends = otherEnds("2026-12-01T06:00:00.000Z", NIGHT);
  assert.deepEqual(ends, ["2026-12-01T02:00:00.000Z", "2026-12-01T04:00:00.000Z", "2026-12-01T07:00:00.000Z"]);
});
test("people who come next are grouped by their time, the first two times", () => {
  const next = [entry("a", "1", "x"), entry("b", "1", "x"), entry("c", "2", "x"), entry("d", "3", "x")];
  assert.deepEqual(comingNext(status({ next })).map(({ at, people }) => [at, ...people.map(({ name }) => name)]), [["1", "a", "b"], ["2", "c"]]);
});
