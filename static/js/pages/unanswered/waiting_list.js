/** List of what waits, read again when something happens on a board. */
import { get } from "../../core/connection/api.js";

const READ_PERIOD_MS = 2_000; // at most so often while boards change
const LIMIT = 500;

export class WaitingList {
  /** @type {Unanswered | null} */ found = null;
  failed = false;
  #changed;
  #signature = "";
  #readAt = -Infinity;
  #isReading = false;
  #isAsked = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {() => void} changed called after each reading */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * Read again if something happened since: the position of a search is part of its summary, and tips stand on the list of all searches.
   * @param {Map<string, Summary>} summaries
   * @param {number | null} seq of the list of all searches
   */
  follow(summaries, seq) {
    const signature = [seq, ...[...summaries].map(([id, { last }]) => `${id} ${last?.seq}`)].join();
    if (signature === this.#signature) return;
    this.#signature = signature;
    this.#soon();
  }

  /** Read the list now; once more if that was asked meanwhile. */
  async read() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isReading) return void (this.#isAsked = true);
    this.failed = false;
    this.#isReading = true;
    this.#readAt = performance.now();
    try {
      this.found = await get(`/api/v1/unanswered?limit=${LIMIT}`);
    } catch {
      this.failed = true;
    }
    this.#isReading = false;
    this.#changed();
    if (!this.#isAsked) return;
    this.#isAsked = false;
    this.#soon();
  }

  #soon() {
    this.#timer ??= setTimeout(() => this.read(), Math.max(0, this.#readAt + READ_PERIOD_MS - performance.now()));
  }
}
