/* What is shown when: the boards of the playlist one after the other, each page by page. Pure: it is told what time it is. */

const PAGE_MS = 10_000; // at least, for each page: eight searches are read in that
const AGAIN_MS = 5_000; // a page that somebody was just led to is not left sooner, whatever happens

export class Playlist {
  #boards = [];
  #everyMs = 0;
  #board = null;
  #page = 0;
  #since = -Infinity;

  /** What the display is to show: {boards, every_s}. What is on the screen stays, if it is still among it. */
  set({ boards, every_s: every }) {
    this.#boards = boards;
    this.#everyMs = every * 1000;
  }

  /**
   * @param now ms, of a clock that only goes forward
   * @param pagesOf (board) -> number of its pages; 0 where there is nothing to show of it, and it is skipped
   * @returns - {board, page, pages, since, lasts}, lasts in ms or null where it stays for good; null where nothing is left
   */
  at(now, pagesOf) {
    const there = this.#boards.filter((board) => pagesOf(board) > 0);
    if (!there.length) return null;
    if (!there.includes(this.#board)) this.#turn(this.#next(there), 0, now);
    const pages = pagesOf(this.#board);
    if (this.#page >= pages) this.#turn(this.#board, 0, now);
    if (there.length === 1 && pages === 1) return this.#shown(pages, null);
    if (now - this.#since >= this.#lasts(pages)) this.#forward(there, pages, now);
    return this.#shown(pagesOf(this.#board), this.#lasts(pagesOf(this.#board)));
  }

  /** Something happened on that page of the board that is shown. */
  lead(page, now) {
    if (page !== this.#page && now - this.#since >= AGAIN_MS) this.#turn(this.#board, page, now);
  }

  #shown(pages, lasts) {
    return { board: this.#board, page: this.#page, pages, since: this.#since, lasts };
  }

  #lasts(pages) {
    return Math.max(PAGE_MS, this.#everyMs / pages);
  }

  #forward(there, pages, now) {
    if (this.#page + 1 < pages) this.#turn(this.#board, this.#page + 1, now);
    else this.#turn(this.#next(there), 0, now);
  }

  /** The one after this in the list, of those that there are: also where this one has gone. */
  #next(there) {
    const here = this.#boards.indexOf(this.#board);
    const following = [...this.#boards.slice(here + 1), ...this.#boards.slice(0, here + 1)];
    return following.find((board) => there.includes(board));
  }

  #turn(board, page, now) {
    this.#board = board;
    this.#page = page;
    this.#since = now;
  }
}
