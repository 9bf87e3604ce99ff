/* Overflow on a display: items are hidden whole, or their words end in an ellipsis. */

/**
 * Hide items (`data-hide-priority`, the highest first, the last of equals first) until the rest fits; if it does not, let
 * words shrink (`data-compact` in CSS).
 * @param {HTMLElement} place
 */
export function hideOverflow(place) {
  const may = /** @type {HTMLElement[]} */ ([...place.querySelectorAll("[data-hide-priority]")]);
  may.sort((a, b) => Number(a.dataset.hidePriority) - Number(b.dataset.hidePriority));
  place.toggleAttribute("data-compact", false);
  for (const each of may) each.toggleAttribute("data-left-out", false);
  while (may.length && isOverflowing(place)) may.pop()?.toggleAttribute("data-left-out", true);
  place.toggleAttribute("data-compact", isOverflowing(place));
}

/**
 * Return whether the content exceeds the element in its direction (`data-fit-axis`).
 * @param {HTMLElement} element
 */
export function isOverflowing({ dataset, scrollWidth, clientWidth, scrollHeight, clientHeight }) {
  return dataset.fitAxis === "width" ? scrollWidth > clientWidth : scrollHeight > clientHeight;
}
