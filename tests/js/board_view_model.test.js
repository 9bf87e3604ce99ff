import assert from "node:assert/strict";
import { test } from "node:test";

import { byRank } from "../../static/js/shared/board/board_view_model.js";

const card = (id, rank) => ({ id, state: { rank } });

test("cards stand in the order of their ranks, byte by byte, and of their ids where these are equal", () => {
  const cards = [card("b", "a0"), card("a", "a0"), card("c", "Zz"), card("d", "a0V"), card("e", "a1")];
  assert.deepEqual(cards.sort(byRank).map(({ id }) => id), ["c", "a", "b", "d", "e"]);
});
