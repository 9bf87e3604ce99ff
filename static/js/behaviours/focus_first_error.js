/** What was refused is brought into sight, and the first field of it has the focus, unless somebody types elsewhere by now. */

// What has to be decided or mended comes before the sentence about the whole.
const TROUBLES = ["[data-conflict]", ".row:has(.error)", ".problem"];

export function focusFirstError(root) {
  const [trouble] = TROUBLES.map((one) => root.querySelector(one)).filter(Boolean);
  const focused = document.activeElement;
  trouble?.scrollIntoView({ block: "center" });
  if (!trouble?.matches(".row") || (focused?.matches("input, select, textarea") && !trouble.closest("form").contains(focused))) return;
  trouble.querySelector("input, select, textarea")?.focus({ preventScroll: true });
}
