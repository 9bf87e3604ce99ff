/* Pairing: show a code and wait until a coordinator enters it. */

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { get, post } from "../core/connection/api.js";
import { pause } from "../core/elapsed.js";
import { t } from "../core/i18n.js";
import { originProblem } from "../core/connection/origin.js";

const CODES = "/api/v1/wall/codes";
const POLL_MS = 2_000; // ms
const RETRY_MS = 5_000; // ms, without an answer or after too many requests
const TIMEOUT_MS = 10_000; // a dead connection never answers
const COOKIE_LOST_MS = 60_000; // ms: a code that is unknown earlier has not expired; its cookie was not stored

/** @type {Record<string, () => string>} */
const REASONS = {
  revoked: () => t("This display was removed."),
  elsewhere: () => t("This display is now shown on another screen."),
};

/** @type {Record<string, () => string>} */
const WAIT_TEXTS = { // texts without a code
  asking: () => t("Getting a code…"),
  many: () => t("Too many codes requested. Trying again shortly."),
  away: () => t("No answer from the server. Trying again shortly."),
  cookies: () => t("This browser blocks cookies, so it cannot be used as a display. Allow cookies for this address."),
};

/**
 * Show codes until the screen is paired.
 * @param {HTMLElement} root
 * @param {{ why?: string | null, reload: () => void }} options `why` is "revoked" if the screen was a display before; `reload`
 *   reloads the page
 */
export async function pair(root, { why = null, reload }) {
  const draw = (/** @type {string | null} */ code, waitReason = "asking") => render(page(code, waitReason, why), root);
  for (draw(null, "asking"); ; ) {
    const { code, status, retryAfterS } = await post(CODES, undefined, { timeoutMs: TIMEOUT_MS }).catch((refusal) => refusal), since = performance.now();
    if (code) draw(code);
    if (code && (await waitUntilPaired())) return reload();
    const waitReason = code ? codeEnded(performance.now() - since) : status === 429 ? "many" : "away";
    draw(null, waitReason);
    if (waitReason !== "asking") await pause(Math.max(RETRY_MS, (retryAfterS || 0) * 1_000));
  }
}

/** @param {number} elapsedMs */
const codeEnded = (elapsedMs) => (elapsedMs < COOKIE_LOST_MS ? "cookies" : "asking");

/**
 * Show that another screen took over this display; this screen does not take it back automatically.
 * @param {HTMLElement} root
 */
export function showUsedElsewhere(root) {
  render(html`<main class="pairing"><h1>${REASONS.elsewhere()}</h1><p>${t("Reload this page to show it here.")}</p></main>`, root);
}

/** Resolve to true when the code is entered, to false when it has expired. Failed requests are retried. */
async function waitUntilPaired() {
  for (;;) {
    await pause(POLL_MS);
    const { state } = await get(`${CODES}/mine`, { timeoutMs: TIMEOUT_MS, repeat: false }).catch((refusal) => refusal);
    if (state === "paired") return true;
    if (state === "expired") return false;
  }
}


/** @param {string | null} code @param {string} waitReason @param {string | null} why */
function page(code, waitReason, why) {
  return html`<main class="pairing">
    ${why ? html`<p class="why" data-testid="why">${REASONS[why]()}</p>` : nothing}
    <h1>${t("This screen is not paired yet")}</h1>
    <p>${t("Ask a coordinator to enter this code under Displays:")}</p>
    <p class="code" translate="no" data-testid="code">${code ?? "····-····"}</p>
    <p class=${code || waitReason === "asking" ? "small" : "problem"} data-testid="waits">${code ? t("Valid for 10 minutes. Then a new code appears.") : WAIT_TEXTS[waitReason]()}</p>
    ${originProblem() ? html`<p class="problem" data-testid="origin">${originProblem()}</p>` : nothing}
    <p class="small">${location.host}</p>
  </main>`;
}
