/** Changes of the alarms of searches, by their summaries: a section of the report is read again after one. */

export class AlarmChanges {
  /** @type {Map<string, string>} */ #known = new Map(); // board -> its alarms

  /**
   * Return true if the alarms of a search have changed since the last call.
   * @param {string} board
   * @param {Summary} summary
   */
  has(board, { alarm, alarms, promise }) {
    const now = JSON.stringify([alarm, alarms, promise]), before = this.#known.get(board);
    this.#known.set(board, now);
    return before !== undefined && before !== now;
  }
}
