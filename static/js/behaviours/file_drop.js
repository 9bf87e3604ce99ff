/**
 * Files from outside: dragged onto the page, or pasted. What is dropped beside a target must not leave the page: a browser would
 * open the file in its place.
 */

/** @param {DragEvent} event */
const hasFiles = ({ dataTransfer }) => Boolean(dataTransfer?.types.includes("Files"));

export class FileDrop {
  #targets;
  /** @type {HTMLElement | null} */ #over = null;

  /** @param {FileTargets} targets */
  constructor(targets) {
    this.#targets = targets;
    document.addEventListener("dragover", (event) => this.#move(event));
    document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget === null && this.#mark(null));
    document.addEventListener("drop", (event) => this.#drop(event));
    document.addEventListener("paste", (event) => this.#paste(event));
  }

  /** @param {DragEvent} event */
  #move(event) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    const target = this.#targets.at(/** @type {Element} */ (event.target));
    if (event.dataTransfer) event.dataTransfer.dropEffect = target ? "copy" : "none";
    this.#mark(target?.element ?? null);
  }

  /** @param {DragEvent} event */
  #drop(event) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    const target = this.#targets.at(/** @type {Element} */ (event.target)), files = [...(event.dataTransfer?.files ?? [])];
    this.#mark(null);
    if (target && files.length) this.#targets.add(target.target, files);
  }

  /** Text that comes with a picture goes into the field that is focused. @param {ClipboardEvent} event */
  #paste(event) {
    const files = [...(event.clipboardData?.files ?? [])], focused = /** @type {Element} */ (event.target);
    if (!files.length || (focused.closest?.("input, textarea") && event.clipboardData?.types.includes("text/plain"))) return;
    const target = this.#targets.open();
    if (!target) return;
    event.preventDefault();
    this.#targets.add(target, files);
  }

  /** @param {HTMLElement | null} element */
  #mark(element) {
    if (element === this.#over) return;
    this.#over?.removeAttribute("data-file-over");
    element?.setAttribute("data-file-over", "");
    this.#over = element;
  }
}
