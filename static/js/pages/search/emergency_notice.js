/** Notice on a members-only search that a coordinator opened in an emergency: until when they can read it. */

import { t } from "../../core/i18n.js";
import { clock, serverNow } from "../../core/time.js";
import { watchLine } from "../../shared/watch_line/line.js";

const SOURCE = "emergency";

/** Show the notice until the access ends. */
export function mount() {
  const until = document.body.dataset.emergency;
  if (!until) return;
  const text = t("You read this search until {time} without being a member. Its members know.", { time: clock(until) });
  watchLine.setNotices(SOURCE, [{ kind: SOURCE, tone: "alert", text, testid: SOURCE }]);
  setTimeout(hide, Math.max(0, Date.parse(until) - Number(serverNow())));
}

/** Remove the notice: the access ended. */
export const hide = () => watchLine.setNotices(SOURCE, []);
