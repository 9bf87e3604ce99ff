// Texts of running times: an overdue task is never "just now".

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import "./declarations.js";
import { RelativeTimes } from "../../static/js/behaviours/relative_times.js";

const NOW = new Date("2026-11-26T09:42:30Z");

/** @param {Record<string, string>} dataset @param {string} dateTime */
const timeElement = (dataset, dateTime) => ({
  dateTime, dataset, textContent: "", overdue: false,
  hasAttribute: (/** @type {string} */ name) => name.slice("data-".length) in dataset,
  toggleAttribute(/** @type {string} */ _, /** @type {boolean} */ isSet) { this.overdue = isSet; },
});

/** @param {ReturnType<typeof timeElement>[]} elements */
const timesOf = (...elements) => new RelativeTimes(/** @type {any} */ ({ getElementsByTagName: () => elements }), () => NOW);

/** @param {string} due */
function textFor(due) {
  const element = timeElement({ lateness: due }, due);
  timesOf(element).fill();
  return element.textContent;
}

test("a task is overdue from the first second, and its delay is shown after a minute", () => {
  mock.timers.enable({ apis: ["setInterval"] });
  assert.equal(textFor("2026-11-26T09:42:00Z"), "overdue");
  assert.equal(textFor("2026-11-26T09:30:00Z"), "12 min overdue");
  assert.equal(textFor("2026-11-26T09:59:30Z"), "in 17 min");
  mock.timers.reset();
});

test("a waiting time follows its target at the next draw; a fixed time is unchanged", () => {
  mock.timers.enable({ apis: ["setInterval"] });
  const wait = timeElement({ waiting: "look", target: "60" }, "2026-11-26T09:28:30Z"), plain = { ...timeElement({}, "2026-11-26T09:28:30Z"), textContent: "10:28" };
  const times = timesOf(wait, plain);
  times.fill();
  assert.deepEqual([wait.textContent, wait.overdue, plain.textContent], ["to look at: 14 min", false, "10:28"]);
  wait.dataset.target = "10";
  times.fill();
  assert.equal(wait.overdue, true);
  wait.dataset.waiting = "pass_on";
  times.fill();
  assert.equal(wait.textContent, "to pass on: 14 min");
  wait.dataset.waiting = "found pass_on";
  times.fill();
  assert.equal(wait.textContent, "not passed on: 14 min");
  mock.timers.reset();
});
