/** Draw a page: keep the focus, fill running times, and open a drawn dialog. */
import { render } from "../../vendor/lit-html/lit-html.js";
import { Dialogs } from "./dialog.js";
import { keepFocus } from "./keep_focus.js";
import { RelativeTimes } from "./relative_times.js";

export class PageDrawing {
  #root;
  #times;
  #dialogs;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#times = new RelativeTimes(root);
    this.#dialogs = new Dialogs(root);
  }

  /** @param {Drawn} page */
  draw(page) {
    keepFocus(this.#root, () => render(page, this.#root));
    this.#times.fill();
    this.#dialogs.settle();
  }
}
