/* Length of a call so far: "7 s", "41 min". */

import { runningTime, serverNow } from "../../core/time.js";

/** @param {string} began @param {string | null} [ended] null for a call in progress */
export const elapsedText = (began, ended = null) => runningTime(began, ended ? new Date(ended) : serverNow());

/** Update the lengths of all calls inside an element; `data-call` contains the start of each. @param {HTMLElement} root */
export function updateCallTimes(root) {
  for (const element of /** @type {Iterable<HTMLElement>} */ (root.querySelectorAll("[data-call]"))) {
    element.textContent = elapsedText(/** @type {string} */ (element.dataset.call), element.dataset.callEnded || null);
  }
}
