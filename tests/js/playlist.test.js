import assert from "node:assert/strict";
import { test } from "node:test";

import { Playlist } from "../../static/js/display/playlist.js";

function pagesAt(boards, everyS, pages) {
  const list = new Playlist();
  list.set({ boards, every_s: everyS });
  return (now) => {
    const turn = list.at(now, (board) => pages[board]);
    return turn && `${turn.board}${turn.page}`;
  };
}

test("boards are shown one after the other, page by page", () => {
  const at = pagesAt(["a", "b"], 20, { a: 2, b: 1 });
  assert.deepEqual([0, 9_999, 10_000, 20_000, 39_999, 40_000].map(at), ["a0", "a0", "a1", "b0", "b0", "a0"]);
});
test("a board without pages is skipped, and nothing is shown if no board has any", () => {
  assert.deepEqual([0, 20_000].map(pagesAt(["a", "b"], 20, { a: 0, b: 1 })), ["b0", "b0"]);
  assert.equal(pagesAt(["a"], 20, { a: 0 })(0), null);
});
test("each page has ten seconds, regardless of their number", () => {
  const at = pagesAt(["a"], 10, { a: 4 });
  assert.deepEqual([0, 9_999, 10_000, 20_000].map(at), ["a0", "a0", "a1", "a2"]);
});
test("a single page stays", () => {
  const list = new Playlist();
  list.set({ boards: ["a"], every_s: 20 });
  assert.equal(list.at(0, () => 1).lasts, null);
});
test("a page with news appears, but no page is left within five seconds", () => {
  const list = new Playlist();
  list.set({ boards: ["a"], every_s: 60 });
  const at = (now) => list.at(now, () => 3).page;
  assert.equal(at(0), 0);
  list.lead("a", 2);
  assert.equal(at(4_999), 0);
  assert.equal(at(5_000), 2);
});
test("all pages are shown after a jump, starting with its target", () => {
  const list = new Playlist();
  list.set({ boards: ["a", "b"], every_s: 30 });
  const at = (now) => Object.values(list.at(now, (board) => (board === "a" ? 3 : 1))).slice(0, 2).join("");
  assert.equal(at(0), "a0");
  list.lead("a", 2);
  assert.deepEqual([6_000, 16_000, 26_000, 36_000].map(at), ["a2", "a0", "a1", "b0"]);
});
test("another board appears for its news, unless it is not in the playlist", () => {
  const list = new Playlist();
  list.set({ boards: ["a", "b"], every_s: 60 });
  const at = (now) => list.at(now, (board) => ({ a: 1, b: 2 })[board] ?? 0);
  assert.equal(at(0).board, "a");
  list.lead("c", 0);
  assert.equal(at(6_000).board, "a");
  list.lead("b", 1);
  assert.deepEqual([at(7_000).board, at(7_000).page], ["b", 1]);
  list.lead("b", 5);
  assert.deepEqual([at(14_000).board, at(14_000).page], ["b", 1]);
});
test("a turn of a board begins with the page that has the latest news", () => {
  const list = new Playlist();
  list.set({ boards: ["a", "b"], every_s: 20 });
  const at = (now) => list.at(now, (board) => (board === "a" ? 2 : 1), (board) => (board === "a" ? 1 : 0));
  assert.deepEqual([0, 10_000, 20_000, 40_000].map((now) => `${at(now).board}${at(now).page}`), ["a1", "a0", "b0", "a1"]);
});
test("a removed board is followed by the next one", () => {
  const list = new Playlist();
  list.set({ boards: ["a", "b", "c"], every_s: 20 });
  const pages = { a: 1, b: 1, c: 1 };
  list.at(0, (board) => pages[board]);
  assert.equal(list.at(20_000, (board) => pages[board]).board, "b");
  pages.b = 0;
  assert.equal(list.at(21_000, (board) => pages[board]).board, "c");
});
