/* Tells the server that somebody is at this screen, so that the session goes on: a page that is open where nobody is tells nothing.
   To open a page, and to change something, tells it too. */

import { request } from "./api.js";
import { onUserActivity } from "./user_activity.js";

const TELL_EVERY = 4 * 60_000; // ms; what the server writes is to the minute or so

/** For as long as the page lives. */
export function mount() {
  let acted = false;
  onUserActivity(() => (acted = true));
  setInterval(async () => {
    if (!acted || document.hidden) return;
    acted = false;
    if (!(await tell())) acted = true; // told again with the next turn
  }, TELL_EVERY);
}

async function tell() {
  try {
    return (await request("/api/v1/me/active", { method: "POST" })).ok;
  } catch {
    return false;
  }
}
