/** List of the unanswered sightings and tips, loaded again after events on a board. */
import { get } from "../../core/connection/api.js";

const READ_PERIOD_MS = 2_000; // shortest period while boards change
const LIMIT = 500;

export class WaitingList {
  /** @type {Unanswered | null} */ answer = null;
  failed = false;
  #changed;
  #signature = "";
  #readAt = -Infinity;
  #isReading = false;
  #isDue = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {() => void} changed runs after each answer */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * Load the list again after new events. The position of a search is part of its summary, and tips are on the operations board.
   * @param {Map<string, Summary>} summaries
   * @param {number | null} seq position of the operations board
   */
  follow(summaries, seq) {
    const signature = [seq, ...[...summaries].map(([id, { last }]) => `${id} ${last?.seq}`)].join();
    if (signature === this.#signature) return;
    this.#signature = signature;
    this.#readSoon();
  }

  /** Load the list now, and once more if that is requested in the meantime. */
  async read() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isReading) return void (this.#isDue = true);
    this.failed = false;
    this.#isReading = true;
    this.#readAt = performance.now();
    try {
      this.answer = await get(`/api/v1/unanswered?limit=${LIMIT}`);
    } catch {
      this.failed = true;
    }
    this.#isReading = false;
    this.#changed();
    if (!this.#isDue) return;
    this.#isDue = false;
    this.#readSoon();
  }

  #readSoon() {
    this.#timer ??= setTimeout(() => this.read(), Math.max(0, this.#readAt + READ_PERIOD_MS - performance.now()));
  }
}
