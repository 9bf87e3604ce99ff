/* Length of a call, which grows while it lasts: "7 s", then "41 min". */

import { runningTime, serverNow } from "../../core/time.js";

/** @param {string} began @param {string | null} [ended] now if null */
export const elapsedText = (began, ended = null) => runningTime(began, ended ? new Date(ended) : serverNow());

/** Update the lengths of all calls below an element: `data-call` has the start of each. @param {HTMLElement} root */
export function updateCallTimes(root) {
  for (const element of /** @type {Iterable<HTMLElement>} */ (root.querySelectorAll("[data-call]"))) {
    element.textContent = elapsedText(/** @type {string} */ (element.dataset.call), element.dataset.callEnded || null);
  }
}
