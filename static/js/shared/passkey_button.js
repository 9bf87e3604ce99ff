/* Form button that uses a passkey instead of a code, and submits the passkey's answer. */

import { hasPasskeys, usePasskey } from "../core/connection/passkey.js";
import { t } from "../core/i18n.js";

/**
 * @param {HTMLFormElement} form with a button `data-passkey` and a line `data-passkey-problem`
 * @param {string} optionsAddress
 * @param {string} [action] address for the answer; the form's own by default
 */
export function connectPasskey(form, optionsAddress, action) {
  const button = /** @type {HTMLButtonElement | null} */ (form.querySelector("[data-passkey]"));
  const problem = /** @type {HTMLElement | null} */ (form.querySelector("[data-passkey-problem]"));
  if (!button || !problem || !hasPasskeys()) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    problem.hidden = true;
    try {
      submitAnswer(form, await usePasskey(optionsAddress), action);
    } catch {
      problem.textContent = t("The passkey was not used. Try again, or choose another way.");
      problem.hidden = false;
    }
  });
}

/**
 * Submit an answer without the other fields of its form.
 * @param {HTMLFormElement} form @param {string} credential @param {string} [action] @param {Record<string, string>} [others] more fields
 */
export function submitAnswer(form, credential, action, others = {}) {
  const sent = document.createElement("form");
  Object.assign(sent, { method: "post", action: action ?? form.action });
  for (const [name, value] of Object.entries({ credential, ...others })) {
    sent.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(sent);
  sent.submit();
}
