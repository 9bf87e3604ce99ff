/** Scroll to the first error and focus its field, unless the person is typing elsewhere. */

import { isFocusLost } from "./keep_focus.js";

// Conflicts and field errors are before the general error.
const ERRORS = ["[data-conflict]", ".row:has(.error)", "[data-testid=problem]"];
const FIELDS = "input, select, textarea";

/** @param {HTMLElement} root */
export function focusFirstError(root) {
  const container = root.querySelector("dialog[open]") ?? root;
  const [firstError] = ERRORS.map((selector) => container.querySelector(selector)).filter(Boolean);
  firstError?.scrollIntoView({ block: "center" });
  if (firstError?.matches(".row")) focusRefused(firstError);
  else if (firstError?.matches("[data-testid=problem]")) focusMissing(firstError);
}

/** @param {Element} row row with an error */
function focusRefused(row) {
  const focused = document.activeElement;
  if (focused?.matches(FIELDS) && !row.closest("form")?.contains(focused)) return;
  row.querySelector(FIELDS)?.focus({ preventScroll: true });
}

/**
 * Focus the first empty field of a form with a general error, which is probably the missing one. Only if its button is focused.
 * @param {Element} problem
 */
function focusMissing(problem) {
  const form = problem.closest("form"), focused = document.activeElement;
  if (!form || !(isFocusLost() || (focused?.matches("button") && form.contains(focused)))) return;
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll(FIELDS));
  [...fields].find(({ value }) => !value)?.focus({ preventScroll: true });
}
