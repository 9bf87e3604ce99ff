import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import "./declarations.js";
import "./no_page.js";

const { WorkListRows } = await import("../../static/js/pages/search/work_list.js");

globalThis.document.querySelectorAll = () => [{ closest: () => null, replaceChildren() {} }]; // for announcements
globalThis.document.createElement = () => ({});

beforeEach(() => mock.timers.enable({ apis: ["setInterval", "setTimeout"] }));
afterEach(() => mock.timers.reset());

const sighting = (number, fields = {}) => ({
  id: `s${number}`, kind: "sighting", seq: number,
  state: { number, priority: "normal", assessment: "unassessed", grade: { source: "F", content: 6 }, queue_since: `2026-11-26T10:${String(number % 60).padStart(2, "0")}:00.000Z`, ...fields },
});
const ANSWERED = { assessment: "not_the_child" };

function page(cards, ui = { view: "list", card: null }) {
  const opened = [];
  return {
    opened, ui, board: { id: "b1", seq: 1 }, model: { byId: new Map(cards.map((card) => [card.id, card])) }, marks: { isShown: () => true }, draw: () => {},
    act: { openCard: (id) => opened.push(id) }, focus: { field: () => {} },
  };
}
const idsOf = ({ rows }) => rows.map(({ id }) => id);

test("urgent sightings are first, then the longest waiting, then answered ones", () => {
  const rows = new WorkListRows(page([sighting(1, ANSWERED), sighting(3), sighting(2), sighting(4, { priority: "urgent" }), sighting(5, ANSWERED), { ...sighting(6), kind: "task" }, sighting(7, { withdrawn: true })]));
  assert.deepEqual(idsOf(rows.shown), ["s4", "s2", "s3", "s5", "s1"]);
  assert.deepEqual([rows.shown.total, rows.shown.waiting], [5, 3]);
});

test("rows keep their order while the list is open, and new ones are at the top", () => {
  const view = page([sighting(1), sighting(2)]), rows = new WorkListRows(view);
  assert.deepEqual(idsOf(rows.shown), ["s1", "s2"]);
  view.model = { byId: new Map([sighting(1, ANSWERED), sighting(2), sighting(3)].map((card) => [card.id, card])) };
  assert.deepEqual(idsOf(rows.shown), ["s3", "s1", "s2"]);
  view.act.show = (name) => (view.ui.view = name);
  view.ui.view = "board";
  rows.show("list");
  assert.deepEqual(idsOf(rows.shown), ["s2", "s3", "s1"], "sorted again");
});

test("of ten thousand rows a hundred are drawn, around the open card or as chosen", () => {
  const view = page(Array.from({ length: 10_000 }, (_, index) => sighting(index + 1, { queue_since: "2026-11-26T10:00:00.000Z" }))), rows = new WorkListRows(view);
  assert.deepEqual([rows.shown.rows.length, rows.shown.pages, rows.shown.page], [100, 100, 0]);
  view.ui.card = "s9950";
  assert.deepEqual([rows.shown.page, rows.shown.rows[0].id], [99, "s9901"]);
  rows.turn(1);
  assert.equal(rows.shown.rows[0].id, "s101");
  rows.next();
  assert.deepEqual([view.opened, rows.shown.page], [["s9951"], 99]);
});

test("the next row that waits follows the open one, and begins again at the top", () => {
  const view = page([sighting(1), sighting(2), sighting(3, ANSWERED)], { view: "list", card: "s2" }), rows = new WorkListRows(view);
  assert.equal(rows.shown.total, 3);
  rows.next();
  view.model.byId.set("s1", sighting(1, ANSWERED));
  rows.next();
  assert.deepEqual(view.opened, ["s1"], "nothing else waits");
});

test("rows that the server left out are counted", async () => {
  const entry = (id) => ({ id, kind: "sighting", board: "b2", number: 1, queue: "look" });
  const body = JSON.stringify({ entries: [entry("e1"), entry("e2")], left_out: 23 });
  globalThis.fetch = async () => new Response(body, { headers: { "content-type": "application/json" } });
  const view = page([], { view: "unanswered", card: "e2" }), drawn = new Promise((done) => (view.draw = done)), rows = new WorkListRows(view);
  rows.read();
  await drawn;
  const { total, waiting, leftOut } = rows.shown;
  assert.deepEqual([total, waiting, leftOut], [25, 25, 23]);
});
