/**
 * Option that a person selected with the arrow keys in a list of suggestions. Nothing is selected at first, and the selection follows
 * the key: an option that arrives later never replaces the selected one. So Enter never picks an option by accident.
 */

/** @type {Record<string, number>} */
export const STEPS = { ArrowDown: 1, ArrowUp: -1 };

export class Selection {
  /** @type {string | null} */ #key = null;

  /** Return the index of the selected option, or -1. @param {{ key: string }[]} options */
  indexIn(options) {
    return options.findIndex(({ key }) => key === this.#key);
  }

  /**
   * Select the next or previous option; the first call selects the first or the last one.
   * @param {{ key: string }[]} options
   * @param {number} step value of STEPS
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
