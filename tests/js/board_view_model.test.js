import assert from "node:assert/strict";
import { test } from "node:test";

import "./declarations.js";
import { byRank, urgentFirst } from "../../static/js/shared/board/board_view_model.js";

const card = (id, rank) => ({ id, state: { rank } });

test("cards are sorted by rank, byte by byte, and by id for equal ranks", () => {
  const cards = [card("b", "a0"), card("a", "a0"), card("c", "Zz"), card("d", "a0V"), card("e", "a1")];
  assert.deepEqual(cards.sort(byRank).map(({ id }) => id), ["c", "a", "b", "d", "e"]);
});

test("urgent sightings come first, and the others keep their order", () => {
  const sighting = (id, state) => ({ id, kind: "sighting", state: { priority: "normal", assessment: "unassessed", grade: { source: "F", content: 6 }, ...state } });
  const cards = [
    sighting("old"), sighting("ruled out", { priority: "urgent", assessment: "not_the_child" }), { id: "task", kind: "task", state: { priority: "urgent" } },
    sighting("urgent", { priority: "urgent" }), sighting("new"), sighting("also urgent", { priority: "urgent" }),
  ];
  assert.deepEqual(urgentFirst(cards).map(({ id }) => id), ["urgent", "also urgent", "old", "ruled out", "task", "new"]);
});
