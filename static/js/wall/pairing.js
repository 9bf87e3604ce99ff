/* A screen that is no display yet: shows a code, and waits until a coordinator has typed it. */

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { t } from "../i18n.js";

const CODES = "/api/v1/wall/codes";
const ASK_EVERY = 2_000;   // ms
const AGAIN_AFTER = 5_000; // ms, where there was no answer, or too many codes were asked for

const WHY = {
  revoked: () => t("This display was removed."),
  elsewhere: () => t("This display is shown on another screen now."),
};

/** why: "revoked" where it was a display until now; reload(): has the page loaded anew. Goes on until it is paired. */
export async function pair(root, { why = null, reload }) {
  const draw = (code) => render(page(code, why), root);
  for (draw(null); ; draw(null)) {
    const code = await newCode();
    draw(code);
    if (code && (await becomesPaired())) return reload();
    if (!code) await pause(AGAIN_AFTER);
  }
}

/** Another screen is this display by now: this one does not fight for it. */
export function elsewhere(root) {
  render(html`<main class="pairing"><h1>${WHY.elsewhere()}</h1><p>${t("Load this page again to have it here.")}</p></main>`, root);
}

/** -> whether somebody typed the code; false when it is too old. What can't be asked now is asked again. */
async function becomesPaired() {
  for (;;) {
    await pause(ASK_EVERY);
    const state = await ask(`${CODES}/mine`, "GET");
    if (state?.state === "paired") return true;
    if (state?.state === "expired") return false;
  }
}

const newCode = async () => (await ask(CODES, "POST"))?.code ?? null;

async function ask(address, method) {
  try {
    const answer = await fetch(address, { method, headers: { accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function page(code, why) {
  return html`<main class="pairing">
    ${why ? html`<p class="why" data-testid="why">${WHY[why]()}</p>` : nothing}
    <h1>${t("This screen shows nothing yet")}</h1>
    <p>${t("A coordinator types this code under Displays:")}</p>
    <p class="code" translate="no" data-testid="code">${code ?? "····-····"}</p>
    <p class="small">${code ? t("It is good for ten minutes; then another one comes.") : t("Asking the server for a code…")}</p>
    <p class="small">${location.host}</p>
  </main>`;
}
