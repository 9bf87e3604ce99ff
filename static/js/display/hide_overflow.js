/* Overflow on a display: items are hidden, or their words end in an ellipsis; if there is space, texts get more lines. */

const LINES = "--lines";

/**
 * Hide items (`data-hide-priority`, the highest first, the last of equals first) until the rest fits; if it does not, let
 * words shrink (`data-compact` in CSS).
 * @param {HTMLElement} container
 */
export function hideOverflow(container) {
  const hideable = /** @type {HTMLElement[]} */ ([...container.querySelectorAll("[data-hide-priority]")]);
  hideable.sort((a, b) => Number(a.dataset.hidePriority) - Number(b.dataset.hidePriority));
  container.toggleAttribute("data-compact", false);
  for (const item of hideable) item.toggleAttribute("data-left-out", false);
  while (hideable.length && isOverflowing(container)) hideable.pop()?.toggleAttribute("data-left-out", true);
  container.toggleAttribute("data-compact", isOverflowing(container));
}

/**
 * Return true if the content exceeds the element along its axis (`data-fit-axis`).
 * @param {HTMLElement} element
 */
export function isOverflowing({ dataset, scrollWidth, clientWidth, scrollHeight, clientHeight }) {
  return dataset.fitAxis === "width" ? scrollWidth > clientWidth : scrollHeight > clientHeight;
}

/**
 * Give truncated texts (`data-most-lines`) more lines while nothing around them overflows, starting with the highest limit. Sets
 * properties by script, because the content security policy forbids inline styles.
 * @param {HTMLElement} root
 */
export function growTexts(root) {
  const containers = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-fit-axis=height]")]);
  for (const text of textsIn(root).sort((first, second) => Number(second.dataset.mostLines) - Number(first.dataset.mostLines))) {
    for (let lines = Number(getComputedStyle(text).getPropertyValue(LINES)) + 1; lines <= Number(text.dataset.mostLines) && isTruncated(text); lines += 1) {
      const previous = text.style.getPropertyValue(LINES);
      setLines(text, String(lines));
      if (!containers.some(isOverflowing)) continue;
      setLines(text, previous);
      break;
    }
  }
}

/**
 * Remove the extra lines of texts, before the content is measured.
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
const isTruncated = ({ scrollWidth, clientWidth, scrollHeight, clientHeight }) => scrollWidth > clientWidth || scrollHeight > clientHeight + 1;
