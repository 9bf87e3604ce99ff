/**
 * Files dragged onto the page, or pasted. A drop outside a target is ignored: the browser would replace the page with the file.
 */

/** @param {DragEvent} event */
const hasFiles = ({ dataTransfer }) => Boolean(dataTransfer?.types.includes("Files"));

export class FileDrop {
  #targets;
  /** @type {HTMLElement | null} */ #markedElement = null;

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

  /** Add pasted files to the open target. If the clipboard also has text and a field is focused, paste the text. @param {ClipboardEvent} event */
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
    if (element === this.#markedElement) return;
    this.#markedElement?.removeAttribute("data-file-over");
    element?.setAttribute("data-file-over", "");
    this.#markedElement = element;
  }
}
