/* Time controls of the audit log's filter. Without scripts, the browser's own fields send the same values. */

import { render } from "../../../vendor/lit-html/lit-html.js";
import { toInput } from "../../core/time.js";
import { timeInput } from "../../forms/time_input.js";
import { timeOf } from "../../forms/time_value.js";

/** @param {HTMLElement} main */
export function mountTimeFilters(main) {
  for (const container of main.querySelectorAll("[data-time-filter]")) timeFilter(/** @type {HTMLElement} */ (container));
}

/** @param {HTMLElement} container */
function timeFilter(container) {
  const field = /** @type {HTMLInputElement} */ (container.querySelector("input")), { id, form } = field, control = document.createElement("div");
  /** @type {string | import("../../forms/time_value.js").TypedTime} */
  let raw = field.value;
  const draw = () => render(timeInput({ id, raw, leaning: "past", edit }), control);
  const edit = (/** @type {typeof raw} */ typed) => {
    raw = typed;
    field.value = toInput(timeOf(raw) ?? null);
    draw();
  };
  form?.addEventListener("submit", (event) => {
    if (timeOf(raw) !== undefined) return;
    event.preventDefault();
    document.getElementById(id)?.focus();
  });
  field.type = "hidden";
  field.removeAttribute("id");
  container.append(control);
  draw();
}
