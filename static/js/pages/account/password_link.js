/* Page of a one-time link: reads the secret from the URL's fragment and removes it from the browser's history. */

import { orNull, post } from "../../core/connection/api.js";
import { n } from "../../core/i18n.js";

/** @param {HTMLElement} main */
export function mount(main) {
  const label = /** @type {HTMLElement} */ (main.querySelector("[data-code]"));
  const code = /** @type {HTMLInputElement} */ (label.querySelector("input"));
  if (location.hash.length > 1) {
    code.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
  }
  label.hidden = code.value !== "";
  main.querySelector(label.hidden ? "[name=new]" : "[name=code]")?.focus();
  if (code.value) showRevocations(main.querySelector("[data-revocation-hint]"), code.value);
}

/**
 * Show the number of tokens that a new password revokes. Without an answer, the general text stays.
 * @param {any} hint
 * @param {any} code
 */
async function showRevocations(hint, code) {
  const answer = await orNull(post("/password/tokens", new URLSearchParams({ code })));
  if (!answer?.tokens) return;
  hint.textContent = n("A new password ends all sessions and {count} token of your account.",
    "A new password ends all sessions and {count} tokens of your account.", answer.tokens);
}
