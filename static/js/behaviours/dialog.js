/** Dialogs drawn by lit-html: a drawn <dialog> is shown; Escape or its cross calls back. */
import { html } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";
import { restoreFocus, focusPosition } from "./keep_focus.js";
import { findPressed } from "./shortcuts.js";

/**
 * @param {string} name also the value of `data-dialog`
 * @param {string} title
 * @param {Drawn} body
 * @param {() => void} close runs when the person closes it; typed text stays a draft
 */
export function dialog(name, title, body, close) {
  const cancel = (/** @type {Event} */ event) => {
    event.preventDefault();
    close();
  };
  return html`<dialog class="dialog" data-dialog=${name} aria-labelledby="dialog-title" @cancel=${cancel} @keydown=${submitOnShortcut}>
    <header>
      <h2 id="dialog-title">${title}</h2>
      <button type="button" class="plain" data-act="close" aria-label=${t("Close")} @click=${close}>✕</button>
    </header>
    <p class="visually-hidden" role="status" data-announcer></p>
    ${body}
  </dialog>`;
}

/**
 * Submit a dialog's form on Ctrl+Enter, unless the form handled it.
 * @param {KeyboardEvent & { currentTarget: HTMLElement }} event
 */
function submitOnShortcut(event) {
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
  #name = ""; // name of the open dialog
  #control = ""; // selector of its last focused control
  /** @type {{ name: string, control: string }[]} */ #below = []; // dialogs below it, and the control that opened the next one

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#dialogs = root.getElementsByTagName("dialog");
    root.addEventListener("focusin", ({ target }) => (this.#control = selectorOf(/** @type {HTMLElement} */ (target))));
  }

  /** Show newly drawn dialogs after a draw, and restore the focus when the last one is gone. */
  settle() {
    const drawn = /** @type {HTMLDialogElement | undefined} */ (this.#dialogs[0]);
    if (!drawn) return this.#giveBack();
    const isShown = drawn.open, name = drawn.dataset.dialog ?? "";
    if (isShown && name === this.#name) return undefined;
    this.#opener ??= focusPosition(MAIN, /** @type {HTMLElement} */ (document.activeElement));
    if (!isShown) drawn.showModal();
    return this.#arrive(drawn, name);
  }

  /** Focus the first control of a new dialog, or the opening control of a dialog that is on top again. @param {HTMLDialogElement} drawn @param {string} name */
  #arrive(drawn, name) {
    const index = this.#below.findIndex((lower) => lower.name === name), returning = this.#below[index];
    if (returning) this.#below.length = index;
    else if (this.#name) this.#below.push({ name: this.#name, control: this.#control });
    this.#name = name;
    const control = /** @type {HTMLElement | null} */ (returning?.control ? drawn.querySelector(returning.control) : null);
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
 * Return a selector for a control that may be recreated; "" if it has no id or name.
 * @param {HTMLElement} control
 */
function selectorOf({ id, dataset: { act } }) {
  return id ? `[id="${CSS.escape(id)}"]` : act ? `[data-act="${CSS.escape(act)}"]` : "";
}

/**
 * Focus the first control. Firefox and Chromium differ in `autofocus` for a dialog that is drawn before it is shown.
 * @param {HTMLDialogElement} dialog
 */
function focusFirst(dialog) {
  const first = /** @type {HTMLInputElement | null} */ (dialog.querySelector("[autofocus]") ?? dialog.querySelector("form :is(input, textarea, select)"));
  const checked = /** @type {HTMLElement | null} */ (first?.matches("[type=radio]") ? dialog.querySelector(`[name="${first.name}"]:checked`) : null);
  (checked ?? first)?.focus();
}
