/* Sign-in page: shows that a session has ended and that unsent text is kept, but not whose, because desks are shared. */

import { hasPasskeys, offersInFields, usePasskey } from "../../core/connection/passkey.js";
import { ROOT, storage } from "../../core/storage/storage.js";
import { n } from "../../core/i18n.js";
import { originProblem } from "../../core/connection/origin.js";
import { connectPasskey, submitAnswer } from "../../shared/passkey_button.js";

const OPTIONS = "/sign-in/passkey/options";

/** @param {HTMLElement} main */
export function mount(main) {
  const endedNotice = /** @type {HTMLElement} */ (main.querySelector("[data-ended]"));
  endedNotice.hidden = location.hash !== "#ended";
  const originNotice = /** @type {HTMLElement} */ (main.querySelector("[data-origin]"));
  originNotice.textContent = originProblem() ?? "";
  originNotice.hidden = !originNotice.textContent;
  connectPasskeys(/** @type {HTMLFormElement} */ (main.querySelector("form")));
  const draftsNotice = main.querySelector("[data-kept-drafts]");
  const count = storage.keys(ROOT).filter((key) => /:(outbox|draft):/.test(key)).length;
  if (!draftsNotice || count === 0) return;
  draftsNotice.textContent = n("{count} unsent text is kept in this browser. It comes back when the person who typed it signs in.",
    "{count} unsent texts are kept in this browser. They come back when the person who typed them signs in.", count);
  draftsNotice.hidden = false;
}

/**
 * Offer passkeys by a button and, if the browser can, in the e-mail field.
 * @param {HTMLFormElement} form
 */
async function connectPasskeys(form) {
  if (!hasPasskeys()) return;
  const action = `/sign-in/passkey${location.search}`, waiting = new AbortController();
  form.querySelector("[data-passkey]")?.addEventListener("click", () => waiting.abort()); // abort the suggestion in the field: a browser shows one passkey dialog at a time
  connectPasskey(form, OPTIONS, action);
  if (!(await offersInFields())) return;
  try {
    submitAnswer(form, await usePasskey(OPTIONS, { mediation: "conditional", signal: waiting.signal }), action);
  } catch {
    // the person typed a password, or pressed the button
  }
}
