/* Playlist: boards in turn, page by page, starting with the page with news. Pure: time is a parameter. */

const PAGE_MS = 10_000; // minimum per page: time to read eight searches
const MIN_AFTER_JUMP_MS = 5_000; // minimum after a jump to a page

export class Playlist {
  /** @type {string[]} */ #boards = [];
  #intervalMs = 0;
  #board = ""; // "" at the start
  #page = 0;
  #shownPages = 1; // pages shown in this turn of the board
  #since = -Infinity;
  /** @type {{ board: string, page: number } | null} */ #news = null; // page to show after the minimum time of the current one

  /**
   * Set the boards and their interval. The current board stays if it is still listed.
   * @param {DisplaySettings["shows"]} shows
   */
  set({ boards, every_s: intervalS }) {
    this.#boards = boards;
    this.#intervalMs = intervalS * 1000;
  }

  /**
   * Return the current turn.
   * @param {number} now ms of a monotonic clock
   * @param {(board: string) => number} pagesOf number of pages of a board; 0 skips it
   * @param {(board: string) => number} [newsOf] page with the latest news, where a turn of the board starts
   * @returns {PlaylistTurn | null} null if there is nothing to show
   */
  at(now, pagesOf, newsOf = () => 0) {
    const available = this.#boards.filter((board) => pagesOf(board) > 0);
    if (!available.length) return null;
    if (!available.includes(this.#board)) this.#turnTo(this.#next(available), newsOf, now);
    const pages = pagesOf(this.#board);
    if (this.#page >= pages) this.#goTo(this.#board, 0, now);
    this.#followNews(available, pagesOf, now);
    if (available.length === 1 && pages === 1) return this.#turn(pages, null);
    if (now - this.#since >= this.#duration(pagesOf(this.#board))) this.#advance(available, pagesOf(this.#board), newsOf, now);
    return this.#turn(pagesOf(this.#board), this.#duration(pagesOf(this.#board)));
  }

  /**
   * Jump to a page of a board with news, when the current page has been shown for at least five seconds.
   * @param {string} board
   * @param {number} page
   */
  lead(board, page) {
    this.#news = { board, page };
  }

  /** @param {string[]} available @param {(board: string) => number} pagesOf @param {number} now */
  #followNews(available, pagesOf, now) {
    if (!this.#news || now - this.#since < MIN_AFTER_JUMP_MS) return;
    const { board, page } = this.#news, isHere = board === this.#board && page === this.#page;
    this.#news = null;
    if (!isHere && available.includes(board) && page < pagesOf(board)) this.#goTo(board, page, now);
  }

  /** @param {number} pages @param {number | null} durationMs */
  #turn(pages, durationMs) {
    return { board: this.#board, page: this.#page, pages, since: this.#since, lasts: durationMs };
  }

  /** @param {number} pages */
  #duration(pages) {
    return Math.max(PAGE_MS, this.#intervalMs / pages);
  }

  /** @param {string[]} available @param {number} pages @param {(board: string) => number} newsOf @param {number} now */
  #advance(available, pages, newsOf, now) {
    if (this.#shownPages >= pages) return this.#turnTo(this.#next(available), newsOf, now);
    const shownPages = this.#shownPages + 1;
    this.#goTo(this.#board, (this.#page + 1) % pages, now);
    this.#shownPages = shownPages;
    return undefined;
  }

  /**
   * Return the next available board of the list, also if the current one is gone.
   * @param {string[]} available
   */
  #next(available) {
    const currentIndex = this.#boards.indexOf(this.#board);
    const rotation = [...this.#boards.slice(currentIndex + 1), ...this.#boards.slice(0, currentIndex + 1)];
    return rotation.find((board) => available.includes(board)) ?? available[0];
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
