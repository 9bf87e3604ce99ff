/* Second page of the sign-in: a passkey instead of a code, or the set-up of the first passkey. */

import { hasPasskeys, makePasskey } from "../../core/connection/passkey.js";
import { t } from "../../core/i18n.js";
import { connectPasskey, submitAnswer } from "../../shared/passkey_button.js";

const OPTIONS = "/sign-in/second/options";

/** @param {HTMLElement} main */
export function mount(main) {
  const form = /** @type {HTMLFormElement} */ (main.querySelector("form"));
  const setUp = /** @type {HTMLElement | null} */ (form.querySelector("[data-first-passkey]"));
  if (setUp) connectSetUp(form, setUp);
  else connectPasskey(form, OPTIONS);
}

/** @param {HTMLFormElement} form @param {HTMLElement} setUp */
function connectSetUp(form, setUp) {
  if (!hasPasskeys()) return;
  setUp.hidden = false;
  const name = /** @type {HTMLInputElement} */ (setUp.querySelector("[data-name]"));
  const problem = /** @type {HTMLElement} */ (setUp.querySelector("[data-passkey-problem]"));
  setUp.querySelector("[data-passkey]")?.addEventListener("click", async () => {
    problem.hidden = true;
    try {
      submitAnswer(form, await makePasskey(OPTIONS), undefined, { name: name.value.trim() || name.placeholder });
    } catch {
      problem.textContent = t("No passkey was made. Try again.");
      problem.hidden = false;
    }
  });
}
