import assert from "node:assert/strict";
import { test } from "node:test";

import "./no_page.js";
import "./declarations.js";

const { takenAlarm } = await import("../../static/js/shared/alarms/taken_alarm.js");

const ME = { id: "me", name: "Me" };
const view = { me: "me", isFresh: () => false };
const ALARM = { id: "a", board: "b", about: { kind: "sighting", id: "s", number: 4 }, occasion: "sighting_urgent", child: "Mila B., 6", taken_by: ME, taken_at: "2026-11-26T10:00:00.000Z", raised_at: "2026-11-26T09:50:00.000Z", until: "2026-11-26T10:10:00.000Z" };

/** Return all markup of a template. */
const markup = (part) => (Array.isArray(part) ? part.map(markup).join("") : part?.strings ? [...part.strings, ...part.values.map(markup)].join("") : "");
const hasUndo = (alarm) => ["main", "more"].map((name) => markup(takenAlarm(alarm, view)[name]).includes("undo-take"));

test("only an alarm that a person took has undo, not one that passed on with the shift", () => {
  assert.deepEqual(hasUndo({ ...ALARM, handover: null }), [true, true]);
  assert.deepEqual(hasUndo({ ...ALARM, handover: 4 }), [false, false]);
});
