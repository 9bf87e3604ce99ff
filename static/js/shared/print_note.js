/** Note on printed boards only: who printed it, when, and whether it was current. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";
import { clockWithSeconds, serverNow, toInput } from "../core/time.js";

/**
 * With the year, as paper lasts.
 * @param {{ session: Session, board: Board }} view
 */
export function printNote({ session, board }) {
  const { state, since } = board.freshness;
  const at = toInput(serverNow()).replace("T", " ");
  const stale = state === "live" ? nothing : html` <b>${since ? t("Not current since {at}", { at: clockWithSeconds(since) }) : t("Not current")}</b>`;
  return html`<p class="printed on-paper">${t("Printed by {name}, {at}; up to event {seq}", { name: session.account.name, at, seq: board.seq ?? "" })}${stale}</p>`;
}
