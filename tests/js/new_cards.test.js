import assert from "node:assert/strict";
import { test } from "node:test";

import { newOutOfSight } from "../../static/js/behaviours/new_cards.js";

const HEIGHT = 100;
const card = (name, top) => ({ name, getBoundingClientRect: () => ({ top, bottom: top + HEIGHT }) });
const list = (cards, clientHeight = 300) => ({ clientHeight, getElementsByClassName: (name) => (name === "new" ? cards : []), getBoundingClientRect: () => ({ top: 200, bottom: 500 }) });
const WINDOW = { top: 0, bottom: 900 };
const names = ({ above, below }) => [above.map(({ name }) => name), below.map(({ name }) => name)];

test("new cards are out of sight if their centre is behind an edge, nearest first", () => {
  const cards = [card("a", 20), card("b", 149), card("c", 151), card("d", 449), card("e", 451), card("f", 600)];
  assert.deepEqual(names(newOutOfSight(list(cards), WINDOW)), [["b", "a"], ["e", "f"]]);
});

test("the window is the limit if a column does not scroll, as on phones", () => {
  assert.deepEqual(names(newOutOfSight(list([card("a", 210), card("b", 380)]), { top: 300, bottom: 400 })), [["a"], ["b"]]);
});

test("a hidden column announces nothing", () => {
  assert.deepEqual(names(newOutOfSight(list([card("a", 0)], 0), WINDOW)), [[], []]);
});
