/* Length of a call, as on a telephone: "04:12". */

import { serverNow } from "../../core/time.js";

const two = (/** @type {number} */ value) => String(value).padStart(2, "0");

/** @param {string} began @param {string | null} [ended] now if null */
export function elapsedText(began, ended = null) {
  const seconds = Math.max(0, Math.floor(((ended ? Date.parse(ended) : Number(serverNow())) - Date.parse(began)) / 1000));
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  return hours ? `${hours}:${two(minutes % 60)}:${two(seconds % 60)}` : `${two(minutes)}:${two(seconds % 60)}`;
}

/** Update the lengths of all calls below an element: `data-call` has the start of each. @param {HTMLElement} root */
export function updateCallTimes(root) {
  for (const element of /** @type {Iterable<HTMLElement>} */ (root.querySelectorAll("[data-call]"))) {
    element.textContent = elapsedText(/** @type {string} */ (element.dataset.call), element.dataset.callEnded || null);
  }
}
