/* Recovery codes: buttons that print and copy them. */

import { t } from "../../core/i18n.js";

/** @param {HTMLElement} main */
export function mount(main) {
  const [print, copy] = ["print", "copy"].map((name) => /** @type {HTMLButtonElement} */ (main.querySelector(`[data-${name}]`)));
  const status = /** @type {HTMLElement} */ (main.querySelector("[data-copy-status]"));
  print.hidden = false;
  copy.hidden = !navigator.clipboard; // browsers offer the clipboard only on https
  print.addEventListener("click", () => globalThis.print());
  copy.addEventListener("click", async () => {
    const codes = [...main.querySelectorAll(".recovery-codes li")].map((item) => item.textContent?.trim());
    await navigator.clipboard.writeText(codes.join("\n"));
    copy.textContent = status.textContent = t("Copied");
  });
}
