/** Controller for adding files to a page: the hint before the first file, the picker, and chosen, dropped or pasted files. */

import { targetKey } from "./strip.js";

const AGREED = "searchboard:files-hint"; // key in the session storage: this person has accepted the hint since signing in

export class AddingFiles {
  /** @type {HeldFiles | null} */ heldFiles = null;
  #host;
  #hasAgreedHere = false;

  /** @param {AddingHost} host */
  constructor(host) {
    this.#host = host;
  }

  /**
   * Open the picker of a strip, or the hint if it has not been accepted yet.
   * @param {UploadTarget} target
   * @param {Event} event
   */
  choose(target, event, camera = false) {
    if (!this.#hasAgreed) return this.#showHint({ key: targetKey(target), target, files: null, camera });
    return pick(/** @type {Element} */ (event.currentTarget), camera);
  }

  /** @param {UploadTarget} target @param {ControlEvent} event */
  chosen(target, { currentTarget: input }) {
    const files = [...(input.files ?? [])];
    input.value = ""; // allows choosing the same file again
    if (files.length) this.add(target, files);
  }

  /** @param {UploadTarget} target @param {File[]} files */
  add(target, files) {
    if (!this.#host.mayAdd()) return;
    if (!this.#hasAgreed) return this.#showHint({ key: targetKey(target), target, files, camera: false });
    this.#host.send(target, files);
    this.#host.draw();
  }

  /** Accept the hint. @param {Event} event */
  agreed = ({ currentTarget }) => {
    const { heldFiles } = this;
    try {
      sessionStorage.setItem(AGREED, this.#host.account());
    } catch {
      // the hint is shown again after a reload
    }
    this.#hasAgreedHere = true;
    this.heldFiles = null;
    if (heldFiles?.files) this.add(heldFiles.target, heldFiles.files);
    else pick(/** @type {Element} */ (currentTarget), heldFiles?.camera ?? false);
    this.#closeHint();
  };

  cancelHeld = () => {
    this.heldFiles = null;
    this.#closeHint();
  };

  /** Close the hint and move the focus out of it. */
  #closeHint() {
    this.#host.left?.();
    this.#host.draw();
  }

  get #hasAgreed() {
    try {
      return this.#hasAgreedHere || sessionStorage.getItem(AGREED) === this.#host.account();
    } catch {
      return this.#hasAgreedHere;
    }
  }

  /** @param {HeldFiles} heldFiles */
  #showHint(heldFiles) {
    this.heldFiles = heldFiles;
    this.#host.focus("[data-act=files-continue]");
    this.#host.draw();
  }
}

/** Open the picker next to a button. @param {Element} button @param {boolean} camera */
function pick(button, camera) {
  /** @type {HTMLInputElement | null | undefined} */
  const input = (button.closest("[data-note]") ?? button.closest(".files"))?.querySelector(camera ? "[data-camera]" : "[data-choose]");
  input?.click();
}
