/* Report activity on this page to the server, which extends the login session. Opening a page and sending a command also extend it;
   an unattended page sends nothing. */

import { post } from "./api.js";
import { onUserActivity } from "./user_activity.js";

const SEND_EVERY_MS = 4 * 60_000; // ms; the server records activity to about a minute

/** Start reporting; it stops with the page. */
export function mount() {
  let wasActive = false;
  onUserActivity(() => (wasActive = true));
  setInterval(() => {
    if (!wasActive || document.hidden) return;
    wasActive = false;
    post("/api/v1/me/active").catch(() => (wasActive = true)); // retry at the next interval
  }, SEND_EVERY_MS);
}
