/* Form of the account page that adds a passkey. */

import { hasPasskeys, makePasskey } from "../../core/connection/passkey.js";
import { Refusal } from "../../core/errors.js";
import { t } from "../../core/i18n.js";

/** @param {HTMLElement} main */
export function mount(main) {
  const form = /** @type {HTMLFormElement | null} */ (main.querySelector("[data-new-passkey]"));
  if (!form || !hasPasskeys()) return;
  const problem = /** @type {HTMLElement} */ (form.querySelector("[data-passkey-problem]"));
  const credential = /** @type {HTMLInputElement} */ (form.elements.namedItem("credential"));
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      credential.value = await makePasskey("/account/factors/passkeys/options");
      form.submit();
    } catch (error) {
      problem.textContent = error instanceof Refusal ? error.message : t("No passkey was made. Try again.");
      problem.hidden = false;
    }
  });
}
