/** A <dialog> that is drawn is open; closing it by Escape or its cross tells the view. */
import { html } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";
import { restoreFocus, focusPosition } from "./keep_focus.js";
import { findPressed } from "./shortcuts.js";

/**
 * @param name  also its test hook: `data-dialog`
 * @param close called when the person closes it; what was typed stays a draft
 */
export function dialog(name, title, body, close) {
  const cancel = (event) => {
    event.preventDefault();
    close();
  };
  return html`<dialog class="dialog" data-dialog=${name} aria-labelledby="dialog-title" @cancel=${cancel} @keydown=${sending}>
    <header>
      <h2 id="dialog-title">${title}</h2>
      <button type="button" class="plain" data-act="close" aria-label=${t("Close")} @click=${close}>✕</button>
    </header>
    <p class="visually-hidden" role="status" data-announcer></p>
    ${body}
  </dialog>`;
}

/** Ctrl+Enter sends the form of any dialog, if it has not done so itself. */
function sending(event) {
  if (event.defaultPrevented || !findPressed("send", event)) return;
  event.preventDefault();
  event.currentTarget.querySelector("form")?.requestSubmit();
}

const MAIN = document.querySelector("main");

export class Dialogs {
  #root;
  #opener = null;

  constructor(root) {
    this.#root = root;
  }

  /** After a draw: shows what was drawn closed, and gives the focus back when the last one is gone. */
  settle() {
    const drawn = this.#root.querySelector("dialog");
    if (drawn && !drawn.open) {
      this.#opener ??= focusPosition(MAIN, document.activeElement);
      drawn.showModal();
      focusFirst(drawn);
    }
    if (!drawn && this.#opener) this.#giveBack();
  }

  #giveBack() {
    const opener = this.#opener;
    this.#opener = null;
    restoreFocus(MAIN, opener);
  }
}

/** Firefox and Chromium differ about `autofocus` in a dialog that was drawn before it is shown. */
function focusFirst(dialog) {
  (dialog.querySelector("[autofocus]") ?? dialog.querySelector("form :is(input, textarea, select)"))?.focus();
}
