/** Detect changes of a board's alarms, after which its part of the report is reloaded. */

export class AlarmChanges {
  /** @type {Map<string, string>} */ #known = new Map(); // board -> its alarms

  /**
   * Return true if the alarms of a board have changed since the last call.
   * @param {string} board
   * @param {unknown[]} alarms facts about them
   */
  has(board, alarms) {
    const now = JSON.stringify(alarms), before = this.#known.get(board);
    this.#known.set(board, now);
    return before !== undefined && before !== now;
  }
}
