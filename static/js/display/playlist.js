/* Playlist: boards in turn, each page by page, the page with news first. Pure: time is a parameter. */

const PAGE_MS = 10_000; // minimum for a page: time to read eight searches
const MIN_AFTER_JUMP_MS = 5_000; // minimum after a jump to a page, whatever happens

export class Playlist {
  /** @type {string[]} */ #boards = [];
  #everyMs = 0;
  #board = ""; // none yet
  #page = 0;
  #shownPages = 1; // of this turn of the board
  #since = -Infinity;
  /** @type {{ board: string, page: number } | null} */ #news = null; // page to show as soon as the present one was long enough

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
   * @param {(board: string) => number} [newsOf] page with the latest news: a turn of the board begins with it
   * @returns {PlaylistTurn | null} null if there is nothing to show
   */
  at(now, pagesOf, newsOf = () => 0) {
    const there = this.#boards.filter((board) => pagesOf(board) > 0);
    if (!there.length) return null;
    if (!there.includes(this.#board)) this.#turnTo(this.#next(there), newsOf, now);
    const pages = pagesOf(this.#board);
    if (this.#page >= pages) this.#goTo(this.#board, 0, now);
    this.#followNews(there, pagesOf, now);
    if (there.length === 1 && pages === 1) return this.#shown(pages, null);
    if (now - this.#since >= this.#duration(pagesOf(this.#board))) this.#advance(there, pagesOf(this.#board), newsOf, now);
    return this.#shown(pagesOf(this.#board), this.#duration(pagesOf(this.#board)));
  }

  /**
   * Jump to a page of a board, because something happened there; at the earliest when the present one was shown for five seconds.
   * @param {string} board
   * @param {number} page
   */
  lead(board, page) {
    this.#news = { board, page };
  }

  /** @param {string[]} there @param {(board: string) => number} pagesOf @param {number} now */
  #followNews(there, pagesOf, now) {
    if (!this.#news || now - this.#since < MIN_AFTER_JUMP_MS) return;
    const { board, page } = this.#news, isHere = board === this.#board && page === this.#page;
    this.#news = null;
    if (!isHere && there.includes(board) && page < pagesOf(board)) this.#goTo(board, page, now);
  }

  /** @param {number} pages @param {number | null} lasts */
  #shown(pages, lasts) {
    return { board: this.#board, page: this.#page, pages, since: this.#since, lasts };
  }

  /** @param {number} pages */
  #duration(pages) {
    return Math.max(PAGE_MS, this.#everyMs / pages);
  }

  /** @param {string[]} there @param {number} pages @param {(board: string) => number} newsOf @param {number} now */
  #advance(there, pages, newsOf, now) {
    if (this.#shownPages >= pages) return this.#turnTo(this.#next(there), newsOf, now);
    const shown = this.#shownPages + 1;
    this.#goTo(this.#board, (this.#page + 1) % pages, now);
    this.#shownPages = shown;
    return undefined;
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

  /** @param {string} board @param {(board: string) => number} newsOf @param {number} now */
  #turnTo(board, newsOf, now) {
    this.#goTo(board, newsOf(board), now);
  }

  /** @param {string} board @param {number} page @param {number} now */
  #goTo(board, page, now) {
    this.#board = board;
    this.#page = page;
    this.#shownPages = 1;
    this.#since = now;
  }
}
