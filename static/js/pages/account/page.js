/* Account page: notification permission, and what this browser stores. */

import { mount as notifying } from "./notification_permission.js";
import { localizeTimes } from "./local_times.js";
import { countDrafts } from "../../core/drafts.js";
import { n, t } from "../../core/i18n.js";

export function mount(main, session) {
  localizeTimes(main);
  notifying(main.querySelector("[data-notify]"));
  const draw = () => {
    const drafts = countDrafts(), unsent = session.outbox.unsent();
    main.querySelector("[data-kept-drafts]").textContent = [
      drafts && n("{count} draft", "{count} drafts", drafts), unsent && n("{count} change not sent", "{count} changes not sent", unsent),
    ].filter(Boolean).join(", ") || t("nothing");
  };
  session.watch(draw);
  draw();
}
