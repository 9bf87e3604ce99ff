/* Playlist: boards in turn, each page by page. Pure: time is a parameter. */

const PAGE_MS = 10_000; // minimum for a page: time to read eight searches
const MIN_AFTER_JUMP_MS = 5_000; // minimum after a jump to a page, whatever happens

export class Playlist {
  /** @type {string[]} */ #boards = [];
  #everyMs = 0;
  #board = ""; // none yet
  #page = 0;
  #since = -Infinity;

  /**
   * Set what to show: {boards, every_s}. The current board stays if it is still listed.
   * @param {DisplaySettings["shows"]} shows
   */
  set({ boards, every_s: every }) {
    this.#boards = boards;
    this.#everyMs = every * 1000;
  }

  /**
   * Return what to show now.
   * @param {number} now ms of a monotonic clock
   * @param {(board: string) => number} pagesOf number of pages of a board; 0 skips it
   * @returns {PlaylistTurn | null} null if there is nothing to show
   */
  at(now, pagesOf) {
    const there = this.#boards.filter((board) => pagesOf(board) > 0);
    if (!there.length) return null;
    if (!there.includes(this.#board)) this.#goTo(this.#next(there), 0, now);
    const pages = pagesOf(this.#board);
    if (this.#page >= pages) this.#goTo(this.#board, 0, now);
    if (there.length === 1 && pages === 1) return this.#shown(pages, null);
    if (now - this.#since >= this.#duration(pages)) this.#advance(there, pages, now);
    return this.#shown(pagesOf(this.#board), this.#duration(pagesOf(this.#board)));
  }

  /**
   * Jump to a page of the current board, because something happened there.
   * @param {number} page
   * @param {number} now
   */
  lead(page, now) {
    if (page !== this.#page && now - this.#since >= MIN_AFTER_JUMP_MS) this.#goTo(this.#board, page, now);
  }

  /** @param {number} pages @param {number | null} lasts */
  #shown(pages, lasts) {
    return { board: this.#board, page: this.#page, pages, since: this.#since, lasts };
  }

  /** @param {number} pages */
  #duration(pages) {
    return Math.max(PAGE_MS, this.#everyMs / pages);
  }

  /** @param {string[]} there @param {number} pages @param {number} now */
  #advance(there, pages, now) {
    if (this.#page + 1 < pages) this.#goTo(this.#board, this.#page + 1, now);
    else this.#goTo(this.#next(there), 0, now);
  }

  /**
   * Return the next available board in the list, also if the current one is gone.
   * @param {string[]} there
   */
  #next(there) {
    const here = this.#boards.indexOf(this.#board);
    const following = [...this.#boards.slice(here + 1), ...this.#boards.slice(0, here + 1)];
    return following.find((board) => there.includes(board)) ?? there[0];
  }

  /** @param {string} board @param {number} page @param {number} now */
  #goTo(board, page, now) {
    this.#board = board;
    this.#page = page;
    this.#since = now;
  }
}
