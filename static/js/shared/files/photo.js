/** Photo over the initials of a child: until it is there, or if it does not load, the initials are seen. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { keyed } from "../../../vendor/lit-html/directives/keyed.js";
import { fileAddress } from "./file_address.js";

/** @param {Event} event */
const shown = ({ type, target }) => /** @type {HTMLElement} */ (target).toggleAttribute("data-shown", type === "load");

/**
 * Render a photo that fills its place. Keyed by the file, so that the picture of one child is never seen in the place of another.
 * @param {string} board
 * @param {string | null | undefined} file
 * @param {{ alt?: string, form?: "thumb" | "view", lazy?: boolean }} [options] without a text it is decoration: its name stands beside it
 */
export function photo(board, file, { alt = "", form = "thumb", lazy = false } = {}) {
  if (!file) return nothing;
  return keyed(file, html`<img class="photo-over" alt=${alt} decoding="async" loading=${lazy ? "lazy" : nothing} draggable="false" data-photo=${file} @load=${shown} @error=${shown} src=${fileAddress(board, file, form)} />`);
}
