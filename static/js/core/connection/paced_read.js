/* Read that is requested often: never twice at the same time, at most once in a period unless requested immediately. */

export class PacedRead {
  #load;
  #periodMs;
  #readAt = -Infinity;
  #isReading = false;
  #isDue = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {() => Promise<void>} load @param {number} periodMs shortest period */
  constructor(load, periodMs) {
    this.#load = load;
    this.#periodMs = periodMs;
  }

  /** Read immediately, and once more later if that is requested in the meantime. */
  async now() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isReading) return void (this.#isDue = true);
    this.#isReading = true;
    this.#readAt = performance.now();
    try {
      await this.#load();
    } finally {
      this.#isReading = false;
    }
    if (!this.#isDue) return;
    this.#isDue = false;
    this.soon();
  }

  soon() {
    this.#timer ??= setTimeout(() => this.now(), Math.max(0, this.#readAt + this.#periodMs - performance.now()));
  }
}
