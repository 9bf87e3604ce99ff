/** Scroll to what was refused and focus where the person continues, unless somebody types elsewhere by then. */

import { isFocusLost } from "./keep_focus.js";

// Conflicts and field errors come before the error about the whole form.
const TROUBLES = ["[data-conflict]", ".row:has(.error)", "[data-testid=problem]"];
const FIELDS = "input, select, textarea";

/** @param {HTMLElement} root */
export function focusFirstError(root) {
  const within = root.querySelector("dialog[open]") ?? root;
  const [trouble] = TROUBLES.map((one) => within.querySelector(one)).filter(Boolean);
  trouble?.scrollIntoView({ block: "center" });
  if (trouble?.matches(".row")) focusRefused(trouble);
  else if (trouble?.matches("[data-testid=problem]")) focusMissing(trouble);
}

/** @param {Element} row with an error */
function focusRefused(row) {
  const focused = document.activeElement;
  if (focused?.matches(FIELDS) && !row.closest("form")?.contains(focused)) return;
  row.querySelector(FIELDS)?.focus({ preventScroll: true });
}

/**
 * Focus the first empty field of a form that was refused as a whole: what is missing, such as a reason. Only from its button.
 * @param {Element} problem
 */
function focusMissing(problem) {
  const form = problem.closest("form"), focused = document.activeElement;
  if (!form || !(isFocusLost() || (focused?.matches("button") && form.contains(focused)))) return;
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll(FIELDS));
  [...fields].find(({ value }) => !value)?.focus({ preventScroll: true });
}
