import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";

import { onDuty } from "../../static/js/display/on_duty.js";

const duties = (...names) => names.map((name) => ({ account: name, name, since: "", until: "" }));
const shift = { holder: "n", name: "Nadia Peeters", since: "", number: 1, before: null, handover: null, reason: null };

test("a display names the people on duty", () => {
  assert.equal(onDuty({ shift, duties: duties("Alice", "Bob") }), "On duty: Alice, Bob");
  assert.equal(onDuty({ shift: null, duties: duties("A", "B", "C", "D", "E", "F") }), "On duty: A, B, C, D, +2");
});
test("a display names who is in charge of the shift if nobody is on duty", () => {
  assert.equal(onDuty({ shift, duties: [] }), "Shift: Nadia Peeters");
  assert.match(onDuty({ shift: null, duties: [] }), /Nobody in charge/);
});
