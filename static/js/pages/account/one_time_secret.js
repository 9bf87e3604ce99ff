/* The pages of accounts are the server's, and work without scripts; what is told once is copied by a press. */

import { localizeTimes } from "./local_times.js";
import { t } from "../../core/i18n.js";

export function mount(main) {
  localizeTimes(main);
  const secret = main.querySelector("[data-secret]"), copy = main.querySelector("[data-copy]");
  if (secret) offer(secret, copy, main.querySelector("[data-copy-status]"));
}

function offer(secret, copy, said) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    secret.select();
    try {
      await navigator.clipboard.writeText(secret.value);
    } catch {
      document.execCommand("copy"); // without https a page has no clipboard, but may copy what is selected
    }
    copy.textContent = said.textContent = t("Copied");
  });
}
