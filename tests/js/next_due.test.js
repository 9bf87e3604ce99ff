import assert from "node:assert/strict";
import { test } from "node:test";

import { nextDue } from "../../static/js/format/next_due.js";

const search = (id, first_name, state = {}) => ({ id, seq: 1, state: { status: "open", worrying: null, criteria: {}, missing_since: "2026-11-20T10:00:00Z", person: { first_name, age: 15 }, ...state } });

test("due tasks of open searches are sorted by time", () => {
  const task = (due) => ({ next_task: { id: due, number: 1, title: "x", due } });
  const summaries = new Map([["1", task("2026-11-26T12:00:00Z")], ["2", task("2026-11-26T11:00:00Z")], ["3", task("2026-11-26T10:00:00Z")], ["4", {}]]);
  const due = nextDue([search("1", "A"), search("2", "B"), search("3", "C", { status: "found" }), search("4", "D"), search("5", "E")], summaries);
  assert.deepEqual(due.map(({ name }) => name), ["B", "A"]);
});
