/* Public photo of a child on a wall, over the initial. It is keyed by the file, so that the picture of another child is never visible while
   the next one loads. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { keyed } from "../../vendor/lit-html/directives/keyed.js";

/** @param {Event} event */
const onLoadOrError = ({ type, target }) => /** @type {HTMLElement} */ (target).toggleAttribute("data-shown", type === "load");

/**
 * @param {string} search
 * @param {State} state
 * @param {"thumb" | "view"} form
 */
export function photo(search, { public_photo: file, person }, form) {
  if (!file) return nothing;
  const initial = [...(person.first_name ?? "?")][0]?.toUpperCase() ?? "?";
  return keyed(`${search} ${file}`, html`<span class="tile-photo" data-testid="wall-photo" aria-hidden="true"><b>${initial}</b><img alt="" decoding="async" draggable="false" @load=${onLoadOrError} @error=${onLoadOrError} src="/api/v1/boards/${search}/files/${file}/${form}" /></span>`);
}
