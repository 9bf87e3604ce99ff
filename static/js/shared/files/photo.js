/** Photo that covers the child's initials. They stay visible until it is loaded, or if it fails to load. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { keyed } from "../../../vendor/lit-html/directives/keyed.js";
import { fileAddress } from "./file_address.js";

/** @param {Event} event */
const onLoadOrError = ({ type, target }) => /** @type {HTMLElement} */ (target).toggleAttribute("data-shown", type === "load");

/**
 * Render a photo that fills its container. The file is the key of the element, so that it never shows another child's picture.
 * @param {string} board
 * @param {string | null | undefined} file
 * @param {{ alt?: string, form?: "thumb" | "view", lazy?: boolean }} [options] `alt`: omit it if the name is next to the photo
 */
export function photo(board, file, { alt = "", form = "thumb", lazy = false } = {}) {
  if (!file) return nothing;
  return keyed(file, html`<img class="photo-over" alt=${alt} decoding="async" loading=${lazy ? "lazy" : nothing} draggable="false" data-photo=${file} @load=${onLoadOrError} @error=${onLoadOrError} src=${fileAddress(board, file, form)} />`);
}
