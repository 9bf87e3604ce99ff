import assert from "node:assert/strict";
import { test } from "node:test";

import { STEPS, Selection } from "../../static/js/forms/selection.js";

const options = (...keys) => keys.map((key) => ({ key }));
const MELLE = options("melle", "mellet", "mello");
const walked = (list, ...steps) => {
  const selection = new Selection();
  for (const step of steps) selection.walk(list, STEPS[step]);
  return selection;
};

test("arrow down selects the first option from nothing, arrow up the last", () => {
  assert.equal(walked(MELLE).indexIn(MELLE), -1);
  assert.equal(walked(MELLE, "ArrowDown").indexIn(MELLE), 0);
  assert.equal(walked(MELLE, "ArrowUp").indexIn(MELLE), 2);
});

test("arrows continue at the other end", () => {
  assert.equal(walked(MELLE, "ArrowDown", "ArrowDown").indexIn(MELLE), 1);
  assert.equal(walked(MELLE, "ArrowDown", "ArrowUp").indexIn(MELLE), 2);
  assert.equal(walked(MELLE, "ArrowUp", "ArrowDown").indexIn(MELLE), 0);
});

test("options that arrive later change no selection", () => {
  const selection = walked(MELLE, "ArrowDown");
  assert.equal(selection.indexIn(options("melsele", "mellet", "melle")), 2);
  assert.equal(selection.indexIn(options("melsele", "mellet")), -1);
});

test("a selection ends when it is cleared, and an empty list has none", () => {
  const selection = walked(MELLE, "ArrowDown");
  selection.clear();
  assert.equal(selection.indexIn(MELLE), -1);
  selection.walk([], STEPS.ArrowDown);
  assert.deepEqual([selection.indexIn([]), selection.indexIn(MELLE)], [-1, -1]);
});
