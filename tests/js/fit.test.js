import assert from "node:assert/strict";
import { test } from "node:test";

import { CARD_STEPS, ROW_STEPS, arrange, pagesFor } from "../../static/js/display/fit.js";

const HD = { width: 186.4, height: 85.2 }, UHD = { width: 250.4, height: 121.2 }, UPRIGHT = { width: 102.4, height: 169.2 };
const ALL = [HD, UHD, UPRIGHT, { width: 138, height: 85.2 }];

test("nine searches are on one page at 1080p: two large and seven rows", () => {
  assert.deepEqual(pagesFor(9, HD), { pages: 1, perPage: 9 });
  const { bigs, rows, columns, asCards } = arrange(9, 2, HD);
  assert.deepEqual({ bigs, rows, columns, asCards }, { bigs: 2, rows: 7, columns: 1, asCards: false });
});
test("an upright screen fits nine searches too", () => {
  assert.deepEqual(pagesFor(9, UPRIGHT), { pages: 1, perPage: 9 });
  assert.equal(arrange(9, 2, UPRIGHT).bigs, 2);
});
test("a larger screen shows more searches", () => {
  assert.ok(pagesFor(20, UHD).pages === 1 && pagesFor(20, HD).pages > 1);
});
test("pages are equally full and contain all searches", () => {
  assert.deepEqual(pagesFor(11, HD), { pages: 2, perPage: 6 });
  for (const area of ALL) {
    for (let count = 1; count <= 100; count += 1) {
      const { pages, perPage } = pagesFor(count, area);
      assert.ok(pages * perPage >= count && (pages - 1) * perPage < count, `${count}`);
    }
  }
});
test("worrying searches are large where there is room, and the first one always is", () => {
  assert.deepEqual([0, 1, 2, 3, 9].map((worrying) => arrange(6, worrying, HD).bigs), [2, 2, 2, 3, 3]);
  assert.deepEqual([1, 2, 5].map((count) => arrange(count, 0, HD).bigs), [1, 1, 1]);
});
test("each tile is as high as its type needs, regardless of their number", () => {
  for (const area of ALL) {
    for (let count = 1; count <= 100; count += 1) {
      const { perPage } = pagesFor(count, area);
      for (let worrying = 0; worrying <= perPage; worrying += 1) {
        const { bigs, rows, columns, bigsHeight, card, other, asCards, upright } = arrange(perPage, worrying, area);
        const room = upright ? area.height - bigsHeight - 1.6 : area.height, context = JSON.stringify({ area, perPage, worrying });
        assert.ok(columns * rows >= perPage - bigs, context);
        assert.ok((bigsHeight + 1.6) / bigs - 1.6 >= CARD_STEPS[card].height - 0.1, context);
        if (rows) assert.ok((room - rows + 1) / rows >= (asCards ? CARD_STEPS : ROW_STEPS)[other].height - 0.1, context);
      }
    }
  }
});
