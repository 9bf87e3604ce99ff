import assert from "node:assert/strict";
import { test } from "node:test";

import { sharedWords } from "../../static/js/shared/board/said_and_known.js";

test("words of what was said that are also known", () => {
  assert.deepEqual(sharedWords("A girl with yellow rucksacks", "yellow rucksack with a fox"), ["yellow", "rucksacks"]);
  assert.deepEqual(sharedWords("une fille avec des lunettes", "Lunettes rondes"), ["lunettes"]);
});

test("words that are in every sentence tell nothing", () => {
  for (const [said, known] of [["Girl with a bag", "Glasses with a blue frame"], ["seule dans le train", "cicatrice dans le cou"], ["met haar zus", "litteken in haar hals"], ["nicht sicher, mit einer Tasche", "Narbe an einer Hand"]]) assert.deepEqual(sharedWords(said, known), []);
});
