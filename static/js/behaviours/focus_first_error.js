/** Scroll to what was refused and focus its first field, unless somebody types elsewhere by then. */

// Conflicts and field errors come before the error about the whole form.
const TROUBLES = ["[data-conflict]", ".row:has(.error)", ".problem"];

/** @param {HTMLElement} root */
export function focusFirstError(root) {
  const [trouble] = TROUBLES.map((one) => root.querySelector(one)).filter(Boolean);
  const focused = document.activeElement;
  trouble?.scrollIntoView({ block: "center" });
  if (!trouble?.matches(".row") || (focused?.matches("input, select, textarea") && !trouble.closest("form")?.contains(focused))) return;
  trouble.querySelector("input, select, textarea")?.focus({ preventScroll: true });
}
