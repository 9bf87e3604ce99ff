/** Keys that do what a page offers, by the table of keys; never under a dialog, and while typing only Escape. */
import { SHORTCUTS, isPressed, worksOn } from "./shortcuts.js";
import { singleKeySetting } from "./single_key_setting.js";

const TYPING = "input, textarea, select, [contenteditable]";

/** Is there a keyboard to tell of, as far as a browser says, and does a key alone act? */
export const hasKeyboard = () => singleKeySetting.on && !matchMedia("(pointer: coarse)").matches;

export class ShortcutHandler {
  #commands;
  #pressed = (event) => this.#act(event);

  /** @param here {where, commands(element) -> [{id, does}], settle()}: a page, and what this person may do there with the focus at an
      element; `does` answers false where it was not for it. `settle` draws at once: the next keys may be meant for what opens */
  constructor(commands) {
    this.#commands = commands;
  }

  connect() {
    document.addEventListener("keydown", this.#pressed);
  }

  disconnect() {
    document.removeEventListener("keydown", this.#pressed);
  }

  #act(event) {
    if (event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
    if (event.key !== "Escape" && event.target.closest?.(TYPING)) return;
    const ids = SHORTCUTS.filter((entry) => worksOn(entry, this.#commands.page) && isPressed(entry, event)).map(({ id }) => id);
    const command = ids.length > 0 && this.#commands.commands(event.target).find(({ id }) => ids.includes(id));
    if (!command || command.does() === false) return;
    event.preventDefault();
    this.#commands.settle?.();
  }
}
