/** Shortcut key next to the name of an action, in buttons and menus; nothing if there is no key or no keyboard. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { hasKeyboard } from "../behaviours/shortcut_handler.js";
import { shownKeys } from "../behaviours/shortcuts.js";

/**
 * @param {string} id id of the command
 * @param {string} page page of the command
 */
export function keyHint(id, page) {
  const keys = hasKeyboard() ? shownKeys(id, page) : null;
  return keys ? html`<kbd aria-hidden="true">${keys}</kbd>` : nothing;
}
