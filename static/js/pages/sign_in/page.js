/* Sign-in page: says that a session ended and that unsent text is kept; not whose, because desks are shared. */

import { ROOT, storage } from "../../core/storage/storage.js";
import { n } from "../../core/i18n.js";
import { originProblem } from "../../core/connection/origin.js";

/** @param {HTMLElement} main */
export function mount(main) {
  const ended = /** @type {HTMLElement} */ (main.querySelector("[data-ended]"));
  ended.hidden = location.hash !== "#ended";
  const elsewhere = /** @type {HTMLElement} */ (main.querySelector("[data-origin]"));
  elsewhere.textContent = originProblem() ?? "";
  elsewhere.hidden = !elsewhere.textContent;
  const place = main.querySelector("[data-kept-drafts]");
  const count = storage.keys(ROOT).filter((key) => /:(outbox|draft):/.test(key)).length;
  if (!place || count === 0) return;
  place.textContent = n("{count} unsent text is kept in this browser. It comes back when the person who typed it signs in.",
    "{count} unsent texts are kept in this browser. They come back when the person who typed them signs in.", count);
  place.hidden = false;
}
