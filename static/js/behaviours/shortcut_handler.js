/** Keys that do what a page offers, by the table of keys; never under a dialog, and while typing only Escape. */
import { KEYS, isPressed, worksOn } from "./shortcuts.js";
import { singleKeys } from "./single_key_setting.js";

const TYPING = "input, textarea, select, [contenteditable]";

/** Is there a keyboard to tell of, as far as a browser says, and does a key alone act? */
export const hasKeys = () => singleKeys.on && !matchMedia("(pointer: coarse)").matches;

export class Keys {
  #here;
  #pressed = (event) => this.#act(event);

  /** @param here {where, commands(element) -> [{id, does}], settle()}: a page, and what this person may do there with the focus at an
      element; `does` answers false where it was not for it. `settle` draws at once: the next keys may be meant for what opens */
  constructor(here) {
    this.#here = here;
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
    const ids = KEYS.filter((entry) => worksOn(entry, this.#here.where) && isPressed(entry, event)).map(({ id }) => id);
    const command = ids.length > 0 && this.#here.commands(event.target).find(({ id }) => ids.includes(id));
    if (!command || command.does() === false) return;
    event.preventDefault();
    this.#here.settle?.();
  }
}
