/* Freshness indicator at the top right of every board: "live" with the time of the last proof. Without a recent proof, the page turns grey
   (css: html[data-freshness]), and nothing says "live". */

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { clockWithSeconds } from "../core/time.js";
import { t } from "../core/i18n.js";
import { alarmsUnknown } from "../format/alarm_text.js";
import { tryAgain } from "./watch_line/try_again.js";
import { watchLine } from "./watch_line/line.js";

const CHECK_INTERVAL_MS = 1_000; // no event reports that the connection is waiting to reconnect

/**
 * Draw the indicator of `board` into `root` until the page closes.
 * @param {HTMLElement} root
 * @param {Session} session
 * @param {Board} board
 */
export function mount(root, session, board) {
  const draw = () => {
    const freshness = board.freshness;
    setPageAttributes(freshness);
    render(indicator(freshness, session.connection), root);
    watchLine.current = freshness.state === "live";
    watchLine.setNotices("freshness", notice(freshness, session.connection));
  };
  board.watch(draw);
  board.watchFreshness(draw);
  session.watch(draw);
  setInterval(draw, CHECK_INTERVAL_MS);
  draw();
}

/**
 * Render the indicator by state.
 * @param {Freshness} freshness
 * @param {Connection} connection
 */
function indicator({ state, since, provenAt }, connection) {
  switch (state) {
    case "live":
      return html`<span class="freshness-label" data-testid="live">${t("Live")} <small>${clockWithSeconds(provenAt)}</small></span>`;
    case "catching_up":
      return html`<span class="freshness-label catching-up">${connection.state === "open" ? t("Catching up…") : t("Reconnecting…")}</span>`;
    case "not_current":
      return html`<span class="freshness-label stale" data-testid="not-current">${
        since ? t("Not current since {at}", { at: clockWithSeconds(since) }) : t("Not current")}</span>`;
    case "loading":
      return connection.failed > 0
        ? html`<span class="freshness-label stale" role="alert">${t("No connection")}</span>`
        : html`<span class="freshness-label catching-up">${t("Loading…")}</span>`;
    default:
      return nothing; // "forbidden" is shown by the page
  }
}

/**
 * Return the watch line's notice about a board that is not current.
 * @param {Freshness} freshness
 * @param {Connection} connection
 * @returns {Notice[]}
 */
function notice({ state }, connection) {
  if (state !== "not_current" && !(state === "loading" && connection.failed > 0)) return [];
  const text = t("What is shown may be out of date. What you type is kept.");
  return [{ kind: "not-current", title: alarmsUnknown(), text, tone: "stale", silent: true, actions: tryAgain(connection) }]; // announcer.js announces it
}

let proof = 0;
/** @type {number | null} */
let provenAt = null;

// Set the attributes for CSS. `data-freshness-tick` alternates at each proof, which restarts the animation that greys the page.
// So the page turns grey even if scripts hang.
/** @param {Freshness} freshness */
function setPageAttributes(freshness) {
  const root = document.documentElement;
  root.dataset.freshness = freshness.state;
  if (freshness.provenAt?.getTime() === provenAt) return;
  provenAt = freshness.provenAt?.getTime() ?? null;
  root.dataset.freshnessTick = (proof = 1 - proof) ? "a" : "b";
}
