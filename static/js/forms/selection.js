/**
 * Option that a person selected in the list of a finder, by the arrow keys. Nothing is selected at first, and the selection goes by
 * key: an option that arrives later never takes the place of the selected one. So Enter takes no option by accident.
 */

/** @type {Record<string, number>} */
export const STEPS = { ArrowDown: 1, ArrowUp: -1 };

export class Selection {
  /** @type {string | null} */ #key = null;

  /** Return the index of the selected option, -1 for none. @param {{ key: string }[]} options */
  indexIn(options) {
    return options.findIndex(({ key }) => key === this.#key);
  }

  /**
   * Select the next option, or the previous one; the first key selects the first option, or the last one.
   * @param {{ key: string }[]} options
   * @param {number} step of STEPS
   */
  walk(options, step) {
    const at = this.indexIn(options), { length } = options;
    const next = at < 0 && step < 0 ? length - 1 : (at + step + length) % (length || 1);
    this.#key = options[next]?.key ?? null;
  }

  clear() {
    this.#key = null;
  }
}
