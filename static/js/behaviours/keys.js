/** Single keys for what is done often; never while typing, never under a dialog, never with a modifier. */

const TYPING = "input, textarea, select, [contenteditable]";

/** Is there a keyboard to tell of, as far as a browser says? */
export const hasKeys = () => !matchMedia("(pointer: coarse)").matches;

export class Keys {
  #actions;
  #pressed = (event) => this.#act(event);

  /** @param actions key -> function(event); returns false where it was not for it */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    document.addEventListener("keydown", this.#pressed);
  }

  disconnect() {
    document.removeEventListener("keydown", this.#pressed);
  }

  #act(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key !== "Escape" && event.target.closest?.(TYPING)) return;
    const action = this.#actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action && action(event) !== false) event.preventDefault();
  }
}
