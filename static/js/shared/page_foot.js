/** Messages of a page at its foot, where they move nothing of what is read. */
import { nothing, render } from "../../vendor/lit-html/lit-html.js";
import { isFocusLost, keepFocus } from "../behaviours/keep_focus.js";

const [place, main] = ["[data-page-notices]", "main"].map((one) => /** @type {HTMLElement} */ (document.querySelector(one)));

/** @param {Drawn} template */
export function showAtFoot(template = nothing) {
  const had = place.contains(document.activeElement);
  keepFocus(place, () => render(template, place));
  if (had && isFocusLost()) main.focus({ preventScroll: true });
}
