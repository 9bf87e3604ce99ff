/** Save texts of a handover by themselves, after a pause in typing. What was refused or is in conflict waits for the person. */

const PAUSE_MS = 5_000; // without a key

export class AutoSave {
  /** @type {HandoverView} */ #view;
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */ #timers = new Map(); // by board

  /** @param {HTMLElement} root @param {HandoverView} view */
  constructor(root, view) {
    this.#view = view;
    root.addEventListener("input", ({ target }) => this.#typed(/** @type {HTMLElement} */ (target)));
  }

  /** @param {HTMLElement} element */
  #typed(element) {
    const form = /** @type {HTMLElement | null} */ (element.closest("form[data-form=briefing], form[data-form=desk]"));
    if (!form) return;
    const board = /** @type {HTMLElement | null} */ (form.closest("[data-section]"))?.dataset.section ?? "operations";
    clearTimeout(this.#timers.get(board));
    this.#timers.set(board, setTimeout(() => this.#save(board), PAUSE_MS));
  }

  /** @param {string} board */
  #save(board) {
    this.#timers.delete(board);
    const form = this.#view.forms.written(board);
    const isDisputed = form.problem || form.fields.some((/** @type {{ path: string }} */ { path }) => form.theirs(path));
    if (this.#view.mayWrite && form.dirty && !isDisputed) this.#view.act.save(form);
  }
}
