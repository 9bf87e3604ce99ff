/** Save handover texts automatically after a pause in typing. Refused and conflicting texts wait for the person. */

const PAUSE_MS = 5_000; // without a keystroke

export class AutoSave {
  /** @type {HandoverView} */ #view;
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */ #timers = new Map(); // by board

  /** @param {HTMLElement} root @param {HandoverView} view */
  constructor(root, view) {
    this.#view = view;
    root.addEventListener("input", ({ target }) => this.#onInput(/** @type {HTMLElement} */ (target)));
  }

  /** @param {HTMLElement} element */
  #onInput(element) {
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
    const isDisputed = form.problem || form.fields.some((/** @type {{ path: string }} */ { path }) => form.otherChange(path));
    if (this.#view.mayWrite && form.dirty && !isDisputed) this.#view.act.save(form);
  }
}
