/* The account page: whether this browser may notify, and what it keeps. */

import { mount as notifying } from "./notification_permission.js";
import { write } from "./local_times.js";
import { kept } from "../../core/drafts.js";
import { n, t } from "../../core/i18n.js";

export function mount(main, desk) {
  write(main);
  notifying(main.querySelector("[data-notify]"));
  const draw = () => {
    const drafts = kept(), unsent = desk.outbox.unsent();
    main.querySelector("[data-kept-drafts]").textContent = [
      drafts && n("{count} draft", "{count} drafts", drafts), unsent && n("{count} change not sent", "{count} changes not sent", unsent),
    ].filter(Boolean).join(", ") || t("nothing");
  };
  desk.watch(draw);
  draw();
}
