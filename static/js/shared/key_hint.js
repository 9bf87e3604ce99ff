/** Key of an action beside its name, in buttons and menus; nothing where it has none, or where there is no keyboard. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { hasKeyboard } from "../behaviours/shortcut_handler.js";
import { shownKeys } from "../behaviours/shortcuts.js";

/**
 * @param {string} id of the command
 * @param {string} page where it works
 */
export function keyHint(id, page) {
  const keys = hasKeyboard() ? shownKeys(id, page) : null;
  return keys ? html`<kbd aria-hidden="true">${keys}</kbd>` : nothing;
}
