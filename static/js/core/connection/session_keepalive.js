/* Tell the server that somebody uses this page, which prolongs the login session. Opening a page and sending a command count
   too; an unattended page sends nothing. */

import { post } from "./api.js";
import { onUserActivity } from "./user_activity.js";

const SEND_EVERY_MS = 4 * 60_000; // ms; the server records activity to about a minute

/** Run for as long as the page lives. */
export function mount() {
  let acted = false;
  onUserActivity(() => (acted = true));
  setInterval(() => {
    if (!acted || document.hidden) return;
    acted = false;
    post("/api/v1/me/active").catch(() => (acted = true)); // tried again at the next interval
  }, SEND_EVERY_MS);
}
