/** Adding files to a page: the hint before the first one, the picker, and what was chosen, dropped or pasted. */

import { targetKey } from "./strip.js";

const AGREED = "searchboard:files-hint"; // in the session storage: the hint was read since this person signed in

export class AddingFiles {
  /** @type {FilesAsked | null} */ asked = null;
  #host;
  #agreedHere = false;

  /** @param {AddingHost} host */
  constructor(host) {
    this.#host = host;
  }

  /**
   * Ask which files, by the button of a strip.
   * @param {UploadTarget} target
   * @param {Event} event
   */
  choose(target, event, camera = false) {
    if (!this.#hasAgreed) return this.#ask({ key: targetKey(target), target, files: null, camera });
    return pick(/** @type {Element} */ (event.currentTarget), camera);
  }

  /** @param {UploadTarget} target @param {ControlEvent} event */
  chosen(target, { currentTarget: input }) {
    const files = [...(input.files ?? [])];
    input.value = ""; // the same file may be chosen again
    if (files.length) this.add(target, files);
  }

  /** @param {UploadTarget} target @param {File[]} files */
  add(target, files) {
    if (!this.#host.mayAdd()) return;
    if (!this.#hasAgreed) return this.#ask({ key: targetKey(target), target, files, camera: false });
    this.#host.send(target, files);
    this.#host.draw();
  }

  /** The hint was read. @param {Event} event */
  agreed = ({ currentTarget }) => {
    const { asked } = this;
    try {
      sessionStorage.setItem(AGREED, this.#host.account());
    } catch {
      // then it is said again after a reload
    }
    this.#agreedHere = true;
    this.asked = null;
    if (asked?.files) this.add(asked.target, asked.files);
    else pick(/** @type {Element} */ (currentTarget), asked?.camera ?? false);
    this.#left();
  };

  cancelAsked = () => {
    this.asked = null;
    this.#left();
  };

  /** The hint goes, and the focus with it. */
  #left() {
    this.#host.left?.();
    this.#host.draw();
  }

  get #hasAgreed() {
    try {
      return this.#agreedHere || sessionStorage.getItem(AGREED) === this.#host.account();
    } catch {
      return this.#agreedHere;
    }
  }

  /** @param {FilesAsked} asked */
  #ask(asked) {
    this.asked = asked;
    this.#host.focus("[data-act=files-continue]");
    this.#host.draw();
  }
}

/** Open the picker beside a button. @param {Element} button @param {boolean} camera */
function pick(button, camera) {
  /** @type {HTMLInputElement | null | undefined} */
  const input = (button.closest("[data-note]") ?? button.closest(".files"))?.querySelector(camera ? "[data-camera]" : "[data-choose]");
  input?.click();
}
