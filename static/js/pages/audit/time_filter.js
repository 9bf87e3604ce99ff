/* Times of the filter of the audit log, in words. Without scripts the browser's own fields are there, and the server is sent the same. */

import { render } from "../../../vendor/lit-html/lit-html.js";
import { toInput } from "../../core/time.js";
import { timeInput } from "../../forms/time_input.js";
import { timeOf } from "../../forms/time_value.js";

/** @param {HTMLElement} main */
export function mountTimeFilters(main) {
  for (const place of main.querySelectorAll("[data-time-filter]")) timeFilter(/** @type {HTMLElement} */ (place));
}

/** @param {HTMLElement} place */
function timeFilter(place) {
  const sent = /** @type {HTMLInputElement} */ (place.querySelector("input")), { id, form } = sent, drawn = document.createElement("div");
  /** @type {string | import("../../forms/time_value.js").TypedTime} */
  let raw = sent.value;
  const draw = () => render(timeInput({ id, raw, leaning: "past", edit }), drawn);
  const edit = (/** @type {typeof raw} */ typed) => {
    raw = typed;
    sent.value = toInput(timeOf(raw) ?? null);
    draw();
  };
  form?.addEventListener("submit", (event) => {
    if (timeOf(raw) !== undefined) return;
    event.preventDefault();
    document.getElementById(id)?.focus();
  });
  sent.type = "hidden";
  sent.removeAttribute("id");
  place.append(drawn);
  draw();
}
