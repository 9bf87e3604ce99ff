import "./declarations.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { layOut } from "../../static/js/shared/timeline/layout.js";
import { lastSpan, moved, ticks, wholeSpan, zoomed } from "../../static/js/shared/timeline/scale.js";
import { gapText, happenedText } from "../../static/js/shared/timeline/texts.js";

const HOUR = 3_600_000, DAY = 24 * HOUR;
const at = (iso) => Date.parse(iso);
const START = "2026-11-30T03:00:00.000Z", missing = at(START);
const iso = (ms) => new Date(ms).toISOString();
const item = (hours, more = {}) => ({
  id: `i${hours}`, lane: "sightings", kind: "sighting", sureness: "at", from: iso(missing + hours * HOUR), until: null, known_at: iso(missing + (hours + 0.2) * HOUR), early: false,
  card: "c", number: 1, seq: 1, title: "Sighting 1", text: "", place: "", by: "", grade: "F6", assessment: "unassessed", verdict: "not assessed", ...more,
});
const span = (from, to) => ({ start: at(from), end: at(to) });
const SCALE = { start: missing, end: missing + 10 * HOUR, missing, margin: 0 };
const timeline = (...items) => ({ items, missing_since: START, ends_at: null });

test("the whole search has all items near it, and now", () => {
  const now = missing + 6 * HOUR, { start, end } = wholeSpan(timeline(item(-1), item(3)), now);
  assert.ok(start < missing - HOUR && end > now);
  assert.ok(end - start < 9 * HOUR);
});

test("an item a thousand years away does not stretch the whole search", () => {
  const { start, end } = wholeSpan(timeline(item(0), item(-1000 * 365 * 24), item(2000 * 365 * 24)), missing + HOUR);
  assert.ok(end - start < 3 * HOUR);
});

test("a zoom keeps the moment under the pointer, between minutes and months", () => {
  const whole = span("2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z"), closer = zoomed(whole, 0.5, 0.25);
  assert.deepEqual(closer, span("2026-11-30T03:00:00Z", "2026-11-30T15:00:00Z"));
  assert.equal(zoomed(whole, 1e-9).end - zoomed(whole, 1e-9).start, 5 * 60_000);
  assert.equal(zoomed(whole, 1e9).end - zoomed(whole, 1e9).start, 400 * DAY);
});

test("a step to the side moves both ends", () => {
  assert.deepEqual(moved({ start: 0, end: 100 }, 0.25), { start: 25, end: 125 });
  assert.deepEqual(lastSpan({ start: 0, end: 100 }, 40), { start: 60, end: 100 });
});

test("ticks are full minutes, hours or days of Brussels", () => {
  const texts = (from, to, width) => ticks(span(from, to), width).map(({ text }) => text);
  assert.deepEqual(texts("2026-11-30T02:50:00Z", "2026-11-30T06:10:00Z", 400), ["04:00", "05:00", "06:00", "07:00"]);
  assert.deepEqual(texts("2026-11-30T04:00:00Z", "2026-11-30T04:05:00Z", 600).slice(0, 2), ["05:00", "05:01"]);
  assert.deepEqual(texts("2026-11-29T20:00:00Z", "2026-11-30T08:00:00Z", 500), ["21:00", "Mon 30 Nov", "03:00", "06:00", "09:00"]);
  assert.ok(texts("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", 1200).length <= 13);
});

test("ticks follow the clock through the change to winter time", () => {
  const texts = ticks(span("2026-10-24T16:00:00Z", "2026-10-25T18:00:00Z"), 900).map(({ text }) => text);
  assert.deepEqual(texts, ["18:00", "21:00", "Sun 25 Oct", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00"]);
});

test("labels that would cover each other get rows of their own", () => {
  const { placed, rows, more } = layOut([item(1), item(1.01), item(1.02)], SCALE, 1000, false);
  assert.deepEqual([placed.length, rows, more], [3, 3, 0]);
  assert.equal(new Set(placed.map(({ row }) => row)).size, 3);
});

test("five hundred items at one moment take eight rows, and the others are counted", () => {
  const items = Array.from({ length: 500 }, (_, number) => item(1, { id: `i${number}` })), { placed, rows, more } = layOut(items, SCALE, 1000, false);
  assert.deepEqual([placed.length, rows, more], [8, 8, 492]);
});

test("items outside the period are counted", () => {
  const { placed, earlier, later } = layOut([item(-5), item(1), item(50)], SCALE, 1000, false);
  assert.deepEqual([placed.length, earlier, later], [1, 1, 1]);
});

test("by when it became known, the stem leads back", () => {
  const [happened] = layOut([item(1)], SCALE, 1000, false).placed, [known] = layOut([item(1)], SCALE, 1000, true).placed;
  assert.deepEqual([happened.x, happened.stem].map(Math.round), [100, 120]);
  assert.deepEqual([known.x, known.stem].map(Math.round), [120, 100]);
});

test("an unknown time is a bar from the disappearance to the report", () => {
  const unknown = item(1, { sureness: "unknown", from: null }), [placed] = layOut([unknown], SCALE, 1000, false).placed;
  assert.deepEqual([placed.begin, placed.x, placed.end].map(Math.round), [0, 120, 120]);
  assert.match(happenedText(unknown), /^reported .*, time unknown$/);
});

test("the time of a sighting is a bar as wide as it may be off", () => {
  const minutes = { ...SCALE, end: missing + HOUR, margin: 120_000 }, note = item(0.5, { kind: "note", lane: "contacts" });
  const [seen] = layOut([item(0.5)], minutes, 600, false).placed, [written] = layOut([note], minutes, 600, false).placed;
  assert.deepEqual([seen.begin, seen.x, seen.end].map(Math.round), [280, 300, 320]);
  assert.deepEqual([written.begin, written.end].map(Math.round), [300, 300]);
});

test("bars of unknown times leave the first rows to known times", () => {
  const { placed } = layOut([item(9, { sureness: "unknown", from: null }), item(1), item(6)], SCALE, 1000, false);
  assert.deepEqual(placed.map(({ item: { id }, row }) => [id, row]), [["i1", 0], ["i6", 0], ["i9", 1]]);
});

test("a gap says how long, and how much is known", () => {
  assert.equal(gapText({ from: START, until: iso(missing + 2.25 * HOUR), empty: true }, 0), "2\u00a0h\u00a015\u00a0min nothing known");
  assert.equal(gapText({ from: START, until: null, empty: false }, missing + 3 * HOUR), "3\u00a0h\u00a000\u00a0min nothing sure");
});
