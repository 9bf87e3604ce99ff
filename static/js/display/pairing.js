/* Pairing: show a code and wait until a coordinator enters it. */

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { get, post } from "../core/connection/api.js";
import { pause } from "../core/elapsed.js";
import { t } from "../core/i18n.js";
import { originProblem } from "../core/connection/origin.js";

const CODES = "/api/v1/wall/codes";
const POLL_MS = 2_000; // ms
const RETRY_MS = 5_000; // ms, after no answer or too many requests
const TIMEOUT_MS = 10_000; // a dead connection never answers
const COOKIE_LOST_MS = 60_000; // ms: a code unknown sooner than this did not expire, its cookie was not stored

/** @type {Record<string, () => string>} */
const REASONS = {
  revoked: () => t("This display was removed."),
  elsewhere: () => t("This display is now shown on another screen."),
};

/** @type {Record<string, () => string>} */
const WAIT_TEXTS = { // texts while there is no code
  asking: () => t("Getting a code…"),
  many: () => t("Too many codes requested. Trying again shortly."),
  away: () => t("No answer from the server. Trying again shortly."),
  cookies: () => t("This browser blocks cookies, so it cannot be used as a display. Allow cookies for this address."),
};

/**
 * Show codes until the screen is paired.
 * @param {HTMLElement} root
 * @param {{ why?: string | null, reload: () => void }} options `why` is "revoked" if the screen was a display before; `reload`
 *   loads the page again
 */
export async function pair(root, { why = null, reload }) {
  const draw = (/** @type {string | null} */ code, waits = "asking") => render(page(code, waits, why), root);
  for (draw(null, "asking"); ; ) {
    const { code, status, retryAfterS } = await post(CODES, undefined, { timeoutMs: TIMEOUT_MS }).catch((refusal) => refusal), since = performance.now();
    if (code) draw(code);
    if (code && (await waitUntilPaired())) return reload();
    const waits = code ? ended(performance.now() - since) : status === 429 ? "many" : "away";
    draw(null, waits);
    if (waits !== "asking") await pause(Math.max(RETRY_MS, (retryAfterS || 0) * 1_000));
  }
}

/** @param {number} after */
const ended = (after) => (after < COOKIE_LOST_MS ? "cookies" : "asking");

/**
 * Say that another screen took over this display; this one does not take it back by itself.
 * @param {HTMLElement} root
 */
export function showUsedElsewhere(root) {
  render(html`<main class="pairing"><h1>${REASONS.elsewhere()}</h1><p>${t("Reload this page to show it here.")}</p></main>`, root);
}

/** Resolve to true when the code was entered, to false when it expired. Keep asking through failures. */
async function waitUntilPaired() {
  for (;;) {
    await pause(POLL_MS);
    const { state } = await get(`${CODES}/mine`, { timeoutMs: TIMEOUT_MS, repeat: false }).catch((refusal) => refusal);
    if (state === "paired") return true;
    if (state === "expired") return false;
  }
}


/** @param {string | null} code @param {string} waits @param {string | null} why */
function page(code, waits, why) {
  return html`<main class="pairing">
    ${why ? html`<p class="why" data-testid="why">${REASONS[why]()}</p>` : nothing}
    <h1>${t("This screen is not paired yet")}</h1>
    <p>${t("Ask a coordinator to enter this code under Displays:")}</p>
    <p class="code" translate="no" data-testid="code">${code ?? "····-····"}</p>
    <p class=${code || waits === "asking" ? "small" : "problem"} data-testid="waits">${code ? t("Valid for 10 minutes. Then a new code appears.") : WAIT_TEXTS[waits]()}</p>
    ${originProblem() ? html`<p class="problem" data-testid="origin">${originProblem()}</p>` : nothing}
    <p class="small">${location.host}</p>
  </main>`;
}
