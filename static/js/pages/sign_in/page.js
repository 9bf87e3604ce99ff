/* Sign-in page: shows that a session has ended and that unsent text is kept, but not whose, because desks are shared. */

import { ROOT, storage } from "../../core/storage/storage.js";
import { n } from "../../core/i18n.js";
import { originProblem } from "../../core/connection/origin.js";

/** @param {HTMLElement} main */
export function mount(main) {
  const endedNotice = /** @type {HTMLElement} */ (main.querySelector("[data-ended]"));
  endedNotice.hidden = location.hash !== "#ended";
  const originNotice = /** @type {HTMLElement} */ (main.querySelector("[data-origin]"));
  originNotice.textContent = originProblem() ?? "";
  originNotice.hidden = !originNotice.textContent;
  const draftsNotice = main.querySelector("[data-kept-drafts]");
  const count = storage.keys(ROOT).filter((key) => /:(outbox|draft):/.test(key)).length;
  if (!draftsNotice || count === 0) return;
  draftsNotice.textContent = n("{count} unsent text is kept in this browser. It comes back when the person who typed it signs in.",
    "{count} unsent texts are kept in this browser. They come back when the person who typed them signs in.", count);
  draftsNotice.hidden = false;
}
