/* Overflow on a display: items are hidden whole, or their words end in an ellipsis; where there is room, texts have more lines. */

const LINES = "--lines";

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

/**
 * Give each text (`data-most-lines`) that ends in an ellipsis more lines, as long as nothing around it overflows; first those that may
 * have the most. Properties are set by script, as the policy forbids inline styles.
 * @param {HTMLElement} root
 */
export function growTexts(root) {
  const places = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-fit-axis=height]")]);
  for (const text of textsIn(root).sort((one, other) => Number(other.dataset.mostLines) - Number(one.dataset.mostLines))) {
    for (let lines = Number(getComputedStyle(text).getPropertyValue(LINES)) + 1; lines <= Number(text.dataset.mostLines) && isCut(text); lines += 1) {
      const before = text.style.getPropertyValue(LINES);
      setLines(text, String(lines));
      if (!places.some(isOverflowing)) continue;
      setLines(text, before);
      break;
    }
  }
}

/**
 * Take back the lines that texts were given: what has to be shown is counted without them.
 * @param {HTMLElement} root
 */
export function shrinkTexts(root) {
  for (const text of textsIn(root)) setLines(text, "");
}

/** @param {HTMLElement} root */
const textsIn = (root) => /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-most-lines]")]);

/** @param {HTMLElement} text @param {string} lines */
function setLines(text, lines) {
  if (lines) text.style.setProperty(LINES, lines);
  else text.style.removeProperty(LINES);
}

/** @param {HTMLElement} text */
const isCut = ({ scrollWidth, clientWidth, scrollHeight, clientHeight }) => scrollWidth > clientWidth || scrollHeight > clientHeight + 1;
