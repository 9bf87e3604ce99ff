/** Keyboard shortcuts of a page, by the table in shortcuts.js. Ignored under a dialog; while typing, only Escape works. */
import { SHORTCUTS, isPressed, worksOn } from "./shortcuts.js";
import { singleKeySetting } from "./single_key_setting.js";

const TYPING = "input, textarea, select, [contenteditable]";

/** Return true if the page should mention shortcuts: a keyboard is likely, and single keys are on. */
export const hasKeyboard = () => singleKeySetting.on && !matchMedia("(pointer: coarse)").matches;

export class ShortcutHandler {
  #commands;

  /** @param {{ page: string, commands(at: Element | null): Pick<PageCommand, "id" | "run">[], settle?(): void }} commands */
  constructor(commands) {
    this.#commands = commands;
    document.addEventListener("keydown", (event) => this.#act(event));
  }

  /** @param {KeyboardEvent} event */
  #act(event) {
    if (event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key !== "Escape" && target.closest?.(TYPING)) return;
    const ids = SHORTCUTS.filter((entry) => worksOn(entry, this.#commands.page) && isPressed(entry, event)).map(({ id }) => id);
    if (ids.length === 0) return;
    this.#commands.settle?.(); // the possible commands depend on the drawn state
    const command = this.#commands.commands(target).find(({ id }) => ids.includes(id));
    if (!command || command.run() === false) return;
    event.preventDefault();
    this.#commands.settle?.();
  }
}
