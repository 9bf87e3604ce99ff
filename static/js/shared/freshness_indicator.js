/* Freshness indicator at the top right of every board: whether what is shown is current, with seq and time of the last proof.
   Without proof the page turns grey (css: html[data-freshness]), and nothing says "live". */

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { clockWithSeconds } from "../core/time.js";
import { n, number, t } from "../core/i18n.js";

const UNSENT_AFTER = 1_500; // ms: a command pending for longer is mentioned
const LOOK_EVERY = 1_000; // ms: on a dead connection nothing else would redraw the count of pending commands

/**
 * Draw the indicator of `board` into `root`, for as long as the page lives.
 * @param {HTMLElement} root
 * @param {Session} session
 * @param {Board} board
 */
export function mount(root, session, board) {
  const draw = () => {
    const freshness = board.freshness;
    setPageAttributes(freshness);
    render(html`${unsent(session)}${indicator(freshness, session.connection)}`, root);
  };
  board.watch(draw);
  board.watchFreshness(draw);
  session.watch(draw);
  setInterval(draw, LOOK_EVERY);
  draw();
}

/**
 * Render the indicator by state.
 * @param {Freshness} freshness
 * @param {Connection} connection
 */
function indicator({ state, since, seq, provenAt }, connection) {
  switch (state) {
    case "live":
      return html`<span class="freshness-label" data-testid="live">${t("Live")} <small>${t("#{seq}", { seq })} · ${clockWithSeconds(provenAt)}</small></span>`;
    case "catching_up":
      return html`<span class="freshness-label catching-up">${connection.state === "open" ? t("Catching up…") : t("Reconnecting…")}</span>`;
    case "not_current":
      return html`<span class="freshness-label stale" data-testid="not-current">${
        since ? t("Not current since {at}", { at: clockWithSeconds(since) }) : t("Not current")}</span>${again(connection)}`;
    case "loading":
      return connection.failed > 0
        ? html`<span class="freshness-label stale" role="alert">${t("No connection")}</span>${again(connection)}`
        : html`<span class="freshness-label catching-up">${t("Loading…")}</span>`;
    default:
      return nothing; // forbidden: the page says so
  }
}

/** @param {Connection} connection */
function again(connection) {
  if (connection.state !== "waiting") return nothing;
  return html`<button class="again" title=${t("Try now")} @click=${() => connection.recheck()}><span>${t("Try now")}</span></button>`;
}

/** @param {Session} session */
function unsent(session) {
  const old = Date.now() - UNSENT_AFTER;
  const count = session.outbox.pending().filter(({ status, at }) => status !== "refused" && Date.parse(at) < old).length;
  if (count === 0) return nothing;
  const said = n("{count} change not sent yet", "{count} changes not sent yet", count);
  return html`<span class="unsent" role="status" data-testid="unsent" data-count=${number(count)} title=${said}><span>${said}</span></span>`;
}

let proof = 0;
/** @type {number | null} */
let provenAt = null;

// Set the attributes for CSS. `data-freshness-tick` alternates at each proof, which restarts the animation that greys the page:
// this works even when scripts hang.
/** @param {Freshness} freshness */
function setPageAttributes(freshness) {
  const root = document.documentElement;
  root.dataset.freshness = freshness.state;
  if (freshness.provenAt?.getTime() === provenAt) return;
  provenAt = freshness.provenAt?.getTime() ?? null;
  root.dataset.freshnessTick = (proof = 1 - proof) ? "a" : "b";
}
