/* Nothing on a wall is cut: what has no room is left out whole, or is words that end in an ellipsis. */

/** Of what may go in a place (`data-hide-priority`: the highest first, of equals the last), leaves out as much as has no room; after that
 * words give way (css: data-compact). */
export function hideOverflow(place) {
  const may = [...place.querySelectorAll("[data-hide-priority]")].sort((a, b) => a.dataset.hidePriority - b.dataset.hidePriority);
  place.toggleAttribute("data-compact", false);
  for (const each of may) each.toggleAttribute("data-left-out", false);
  while (may.length && isOverflowing(place)) may.pop().toggleAttribute("data-left-out", true);
  place.toggleAttribute("data-compact", isOverflowing(place));
}

/** In the direction in which it has no more room. */
export function isOverflowing({ dataset, scrollWidth, clientWidth, scrollHeight, clientHeight }) {
  return dataset.fitAxis === "width" ? scrollWidth > clientWidth : scrollHeight > clientHeight;
}
