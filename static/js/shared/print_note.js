/** Note for paper only: who printed the page, when, and whether the board was current. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";
import { clockWithSeconds, dateAndClock, serverNow } from "../core/time.js";

/**
 * @param {{ session: Session, board: Board }} view
 */
export function printNote({ session, board }) {
  const { state, since } = board.freshness;
  const stale = state === "live" ? nothing : html` <b>${since ? t("Not current since {at}", { at: clockWithSeconds(since) }) : t("Not current")}</b>`;
  return html`<p class="printed on-paper">${say("printed", { name: session.account.name, at: dateAndClock(serverNow()) })}${stale}</p>`;
}
