/* Account page: notification permission, and the data in this browser. */

import { mount as notifying } from "./notification_permission.js";
import * as passkeys from "./passkeys.js";
import { localizeTimes } from "./local_times.js";
import { countDrafts } from "../../core/storage/drafts.js";
import { n, t } from "../../core/i18n.js";

/** @param {HTMLElement} main @param {Session} session */
export function mount(main, session) {
  localizeTimes(main);
  const notify = /** @type {HTMLElement | null} */ (main.querySelector("[data-notify]"));
  if (notify) notifying(notify); // a guest gets no alerts
  passkeys.mount(main);
  const draw = () => {
    const drafts = countDrafts(), unsent = session.outbox.unsent();
    const container = /** @type {HTMLElement} */ (main.querySelector("[data-kept-drafts]"));
    container.textContent = [
      drafts && n("{count} draft", "{count} drafts", drafts), unsent && n("{count} change not sent", "{count} changes not sent", unsent),
    ].filter(Boolean).join(", ") || t("nothing");
  };
  session.watch(draw);
  draw();
}
