/* Nothing on a wall is cut: what has no room is left out whole, or is words that end in an ellipsis. */

/** Of what may go in a place (`data-may-go`: the highest first, of equals the last), leaves out as much as has no room; after that
 * words give way (css: data-tight). */
export function leaveOut(place) {
  const may = [...place.querySelectorAll("[data-may-go]")].sort((a, b) => a.dataset.mayGo - b.dataset.mayGo);
  place.toggleAttribute("data-tight", false);
  for (const each of may) each.toggleAttribute("data-out", false);
  while (may.length && overflows(place)) may.pop().toggleAttribute("data-out", true);
  place.toggleAttribute("data-tight", overflows(place));
}

/** In the direction in which it has no more room. */
export function overflows({ dataset, scrollWidth, clientWidth, scrollHeight, clientHeight }) {
  return dataset.fits === "width" ? scrollWidth > clientWidth : scrollHeight > clientHeight;
}
