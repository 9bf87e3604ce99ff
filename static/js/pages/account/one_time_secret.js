/* Copy button of a one-time secret; the server-rendered page works without scripts. */

import { localizeTimes } from "./local_times.js";
import { t } from "../../core/i18n.js";

/** @param {HTMLElement} main */
export function mount(main) {
  localizeTimes(main);
  const secret = /** @type {HTMLInputElement | null} */ (main.querySelector("[data-secret]"));
  const copy = /** @type {HTMLButtonElement} */ (main.querySelector("[data-copy]"));
  const status = /** @type {HTMLElement} */ (main.querySelector("[data-copy-status]"));
  if (!secret) return;
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    secret.select();
    try {
      await navigator.clipboard.writeText(secret.value);
    } catch {
      document.execCommand("copy"); // without https there is no clipboard API, but a selection can be copied
    }
    copy.textContent = status.textContent = t("Copied");
  });
}
