/* Close a <details> menu on a click outside, or on Escape. */

/** @param {HTMLDetailsElement | null} details */
export function closeOnOutside(details) {
  if (!details) return;
  document.addEventListener("pointerdown", (event) => {
    if (!details.contains(/** @type {Node} */ (event.target))) details.open = false;
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary")?.focus();
  });
}
