/** Dialogs drawn by lit-html: a drawn <dialog> is shown; closing it by Escape or its cross calls back. */
import { html } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";
import { restoreFocus, focusPosition } from "./keep_focus.js";
import { findPressed } from "./shortcuts.js";

/**
 * @param {string} name also its test hook, `data-dialog`
 * @param {string} title
 * @param {Drawn} body
 * @param {() => void} close called when the person closes it; typed text stays a draft
 */
export function dialog(name, title, body, close) {
  const cancel = (/** @type {Event} */ event) => {
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

/**
 * Let Ctrl+Enter submit the form of any dialog, unless the form handled it.
 * @param {KeyboardEvent & { currentTarget: HTMLElement }} event
 */
function sending(event) {
  if (event.defaultPrevented || !findPressed("send", event)) return;
  event.preventDefault();
  /** @type {HTMLFormElement | null} */
  const form = event.currentTarget.querySelector("form");
  form?.requestSubmit();
}

const MAIN = /** @type {HTMLElement} */ (document.querySelector("main"));

export class Dialogs {
  #dialogs;
  /** @type {FocusPosition | null} */ #opener = null;
  #name = ""; // of the dialog that is shown
  #control = ""; // selector of the control in it that had the focus last
  /** @type {{ name: string, control: string }[]} */ #below = []; // dialogs that it lies over, and the control that opened the next

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#dialogs = root.getElementsByTagName("dialog");
    root.addEventListener("focusin", ({ target }) => (this.#control = selectorOf(/** @type {HTMLElement} */ (target))));
  }

  /** After a draw: show newly drawn dialogs, and restore the focus when the last one is gone. */
  settle() {
    const drawn = /** @type {HTMLDialogElement | undefined} */ (this.#dialogs[0]);
    if (!drawn) return this.#giveBack();
    const isShown = drawn.open, name = drawn.dataset.dialog ?? "";
    if (isShown && name === this.#name) return undefined;
    this.#opener ??= focusPosition(MAIN, /** @type {HTMLElement} */ (document.activeElement));
    if (!isShown) drawn.showModal();
    return this.#arrive(drawn, name);
  }

  /** Focus the first control of a dialog; of one that another lay over, the control that had opened that. @param {HTMLDialogElement} drawn @param {string} name */
  #arrive(drawn, name) {
    const at = this.#below.findIndex((below) => below.name === name), back = this.#below[at];
    if (back) this.#below.length = at;
    else if (this.#name) this.#below.push({ name: this.#name, control: this.#control });
    this.#name = name;
    const control = /** @type {HTMLElement | null} */ (back?.control ? drawn.querySelector(back.control) : null);
    if (control) control.focus();
    else focusFirst(drawn);
  }

  #giveBack() {
    const opener = this.#opener;
    this.#opener = null;
    this.#name = "";
    this.#below = [];
    if (opener) restoreFocus(MAIN, opener);
  }
}

/**
 * Return a selector that finds a control again after it was recreated; "" if it has neither an id nor a name.
 * @param {HTMLElement} control
 */
function selectorOf({ id, dataset: { act } }) {
  return id ? `[id="${CSS.escape(id)}"]` : act ? `[data-act="${CSS.escape(act)}"]` : "";
}

/**
 * Firefox and Chromium differ in `autofocus` for a dialog that is drawn before it is shown.
 * @param {HTMLDialogElement} dialog
 */
function focusFirst(dialog) {
  const first = /** @type {HTMLInputElement | null} */ (dialog.querySelector("[autofocus]") ?? dialog.querySelector("form :is(input, textarea, select)"));
  const chosen = /** @type {HTMLElement | null} */ (first?.matches("[type=radio]") ? dialog.querySelector(`[name="${first.name}"]:checked`) : null);
  (chosen ?? first)?.focus();
}
