/* Sign out: list unsent texts, then end the session on the server, delete the data in this browser, and notify the other tabs. */

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { request } from "../core/connection/api.js";
import { Offline } from "../core/errors.js";
import { t, n } from "../core/i18n.js";
import { sayCount } from "../core/rules/sentences.js";
import { unsentTexts } from "./unsent.js";
import { vault } from "../core/storage/vault.js";
import { dialog } from "../behaviours/dialog.js";

const MAX_LISTED = 10; // unsent texts

/** @param {HTMLFormElement | null} form sign-out form of the header @param {Session} session */
export function connect(form, session) {
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const texts = unsentTexts(session);
    const choice = texts.length ? await askChoice(texts) : "delete";
    if (choice === "stay") return;
    if (await session.end(() => endSession(form.action))) await session.signOut({ keeping: choice === "keep" });
    // eslint-disable-next-line no-restricted-syntax -- stopping the page does not matter: the person is leaving
    else alert(t("Cannot reach the server, so you are still signed in. Try again, or close the browser."));
  });
}

/**
 * Sign out from a locked screen. Unsent texts stay encrypted, and are not shown: another person may be there. Rejects with Offline.
 * @param {Session} session
 */
export async function signOutKeeping(session) {
  if (!(await session.end(() => endSession("/logout")))) throw new Offline();
  await session.signOut({ keeping: true });
}

/** @param {string[]} texts @returns {Promise<SignOutChoice>} */
function askChoice(texts) {
  const container = document.body.appendChild(document.createElement("div"));
  /** @type {Promise<SignOutChoice>} */
  const chosen = new Promise((choose) => {
    render(dialog("sign-out", t("Sign out"), body(texts, choose), () => choose("stay")), container);
    const dialogElement = /** @type {HTMLDialogElement} */ (container.querySelector("dialog"));
    dialogElement.showModal();
    /** @type {HTMLElement | null} */ (dialogElement.querySelector(".buttons .primary") ?? dialogElement.querySelector(".buttons button"))?.focus(); // never the button that deletes
  });
  return chosen.finally(() => container.remove());
}

/** @param {string[]} texts @param {(choice: SignOutChoice) => void} choose */
function body(texts, choose) {
  const remaining = texts.length - MAX_LISTED;
  const canKeep = vault.state === "open";
  return html`<div class="form"><p>${n("{count} text has not been sent yet:", "{count} texts have not been sent yet:", texts.length)}</p>
    <ul class="bulleted" data-testid="unsent-texts">${texts.slice(0, MAX_LISTED).map((text) => html`<li>${text}</li>`)}
      ${remaining > 0 ? html`<li>${sayCount("more", remaining)}</li>` : nothing}</ul>
    ${canKeep ? html`<p class="hint">${t("What you keep stays in this browser, encrypted, until you sign in here again.")}</p>` : nothing}
    <div class="buttons">
      <span class="space"></span>
      <button type="button" data-act="stay" @click=${() => choose("stay")}>${t("Stay signed in")}</button>
      <button type="button" class="danger" data-act="delete" @click=${() => choose("delete")}>${n("Delete it and sign out", "Delete them and sign out", texts.length)}</button>
      ${canKeep ? html`<button type="button" class="primary" data-act="keep" @click=${() => choose("keep")}>${n("Keep it and sign out", "Keep them and sign out", texts.length)}</button>` : nothing}
    </div></div>`;
}

/**
 * End the session. Return true if the server signed out, or if the session had already ended.
 * @param {string} address
 */
async function endSession(address) {
  try {
    const answer = await request(address, { method: "POST", redirect: "manual" });
    return answer.type === "opaqueredirect" || answer.ok || answer.status === 401;
  } catch {
    return false;
  }
}
