/* Check that the page was opened at the server's public address: the server refuses sockets from any other. */

import { t } from "../i18n.js";

/** Return the message for a page that can't be live at this address, or null. */
export function originProblem() {
  const { origin } = document.body.dataset;
  if (!origin || origin === location.origin) return null;
  return t("Live updates do not work at this address. The server expects {own}. Its administrator has to set PUBLIC_URL to {here}.", { own: origin, here: location.origin });
}
