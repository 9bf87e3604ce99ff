/* Photo of a child on a wall: the one that its appeal makes public, over the initials. It is keyed by the file, so that the picture
   of another child is never seen while the next one loads. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { keyed } from "../../vendor/lit-html/directives/keyed.js";

/** @param {Event} event */
const shown = ({ type, target }) => /** @type {HTMLElement} */ (target).toggleAttribute("data-shown", type === "load");

/**
 * @param {string} search
 * @param {State} state
 * @param {"thumb" | "view"} form
 */
export function photo(search, { public_photo: file, person }, form) {
  if (!file) return nothing;
  const initial = [...(person.first_name ?? "?")][0]?.toUpperCase() ?? "?";
  return keyed(`${search} ${file}`, html`<span class="tile-photo" data-testid="wall-photo" aria-hidden="true"><b>${initial}</b><img alt="" decoding="async" draggable="false" @load=${shown} @error=${shown} src="/api/v1/boards/${search}/files/${file}/${form}" /></span>`);
}
