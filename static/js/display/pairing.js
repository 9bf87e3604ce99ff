/* A screen that is no display yet: shows a code, and waits until a coordinator has typed it. */

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { request } from "../core/api.js";
import { t } from "../core/i18n.js";
import { originProblem } from "../core/origin.js";

const CODES = "/api/v1/wall/codes";
const ASK_EVERY = 2_000;   // ms
const AGAIN_AFTER = 5_000; // ms, where there was no answer, or too many codes were asked for
const TIMEOUT_MS = 10_000; // for an answer; a dead line gives none
const KEPT = 60_000;       // ms: a code that is not known sooner than this was not too old; its cookie was not kept

const WHY = {
  revoked: () => t("This display was removed."),
  elsewhere: () => t("This display is shown on another screen now."),
};

const WAITS = { // why there is no code
  asking: () => t("Asking the server for a code…"),
  many: () => t("Too many codes were asked for. Another one is asked for in a moment."),
  away: () => t("The server does not answer. It is asked again in a moment."),
  cookies: () => t("This browser keeps no cookie of this address, so it cannot be a display. Allow it cookies."),
};

/** why: "revoked" where it was a display until now; reload(): has the page loaded anew. Goes on until it is paired. */
export async function pair(root, { why = null, reload }) {
  const draw = (code, waits) => render(page(code, waits, why), root);
  for (draw(null, "asking"); ; ) {
    const { code, status, seconds } = await ask(CODES, "POST"), since = performance.now();
    if (code) draw(code);
    if (code && (await becomesPaired())) return reload();
    const waits = code ? ended(performance.now() - since) : status === 429 ? "many" : "away";
    draw(null, waits);
    if (waits !== "asking") await pause(Math.max(AGAIN_AFTER, (seconds ?? 0) * 1_000));
  }
}

const ended = (after) => (after < KEPT ? "cookies" : "asking");

/** Another screen is this display by now: this one does not fight for it. */
export function showUsedElsewhere(root) {
  render(html`<main class="pairing"><h1>${WHY.elsewhere()}</h1><p>${t("Load this page again to have it here.")}</p></main>`, root);
}

/** -> whether somebody typed the code; false when it is too old. What can't be asked now is asked again. */
async function becomesPaired() {
  for (;;) {
    await pause(ASK_EVERY);
    const { state } = await ask(`${CODES}/mine`, "GET");
    if (state === "paired") return true;
    if (state === "expired") return false;
  }
}

/** -> what the server answers, {status, seconds to wait} where that is a refusal, {} where there is no answer */
async function ask(address, method) {
  try {
    const answer = await request(address, { method, headers: { accept: "application/json" }, timeoutMs: TIMEOUT_MS });
    return answer.ok ? await answer.json() : { status: answer.status, seconds: Number(answer.headers.get("retry-after")) };
  } catch {
    return {};
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function page(code, waits, why) {
  return html`<main class="pairing">
    ${why ? html`<p class="why" data-testid="why">${WHY[why]()}</p>` : nothing}
    <h1>${t("This screen shows nothing yet")}</h1>
    <p>${t("A coordinator types this code under Displays:")}</p>
    <p class="code" translate="no" data-testid="code">${code ?? "····-····"}</p>
    <p class=${code || waits === "asking" ? "small" : "problem"} data-testid="waits">${code ? t("It is good for ten minutes; then another one comes.") : WAITS[waits]()}</p>
    ${originProblem() ? html`<p class="problem" data-testid="origin">${originProblem()}</p>` : nothing}
    <p class="small">${location.host}</p>
  </main>`;
}
