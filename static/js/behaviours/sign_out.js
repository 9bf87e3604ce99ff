/* Signing out: the server first, then everything this browser keeps of the account, then the other tabs. */

import { t, n } from "../i18n.js";

/** form: the sign-out form of the bar. */
export function connect(form, desk) {
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!mayLose(desk)) return;
    if (await endSession(form.action)) desk.signedOut();
    else alert(t("The server can't be reached, so you are still signed in. Try again, or close the browser."));
  });
}

function mayLose(desk) {
  const unsent = desk.outbox.unsent();
  if (unsent === 0) return true;
  return confirm(n("One change has not reached the server yet. Signing out throws it away. Sign out all the same?",
    "{count} changes have not reached the server yet. Signing out throws them away. Sign out all the same?", unsent));
}

/** -> whether the session is over: the redirect after it, or that there was none any more. */
async function endSession(address) {
  try {
    const answer = await fetch(address, { method: "POST", redirect: "manual" });
    return answer.type === "opaqueredirect" || answer.ok || answer.status === 401;
  } catch {
    return false;
  }
}
