/* Sign out: list what was typed and not sent; then end the session at the server, delete what this browser stores, and tell
   the other tabs. */

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { request } from "../core/connection/api.js";
import { t, n } from "../core/i18n.js";
import { unsentTexts } from "./unsent.js";
import { vault } from "../core/storage/vault.js";
import { dialog } from "../behaviours/dialog.js";

const NAMED = 10; // lines that are listed at most

/** @param {HTMLFormElement | null} form sign-out form of the header @param {Session} session */
export function connect(form, session) {
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const things = unsentTexts(session);
    const choice = things.length ? await ask(things) : "delete";
    if (choice === "stay") return;
    if (await endSession(form.action)) await session.signOut({ keeping: choice === "keep" });
    // eslint-disable-next-line no-restricted-syntax -- nothing has to go on: the person is leaving
    else alert(t("Cannot reach the server, so you are still signed in. Try again, or close the browser."));
  });
}

/** @param {string[]} things @returns {Promise<SignOutChoice>} */
function ask(things) {
  const place = document.body.appendChild(document.createElement("div"));
  /** @type {Promise<SignOutChoice>} */
  const chosen = new Promise((choose) => {
    render(dialog("sign-out", t("Sign out"), body(things, choose), () => choose("stay")), place);
    const drawn = /** @type {HTMLDialogElement} */ (place.querySelector("dialog"));
    drawn.showModal();
    /** @type {HTMLElement | null} */ (drawn.querySelector(".buttons .primary") ?? drawn.querySelector(".buttons button"))?.focus(); // never what deletes
  });
  return chosen.finally(() => place.remove());
}

/** @param {string[]} things @param {(choice: SignOutChoice) => void} choose */
function body(things, choose) {
  const left = things.length - NAMED;
  const may = vault.state === "open";
  return html`<div class="form"><p>${n("{count} text has not been sent yet:", "{count} texts have not been sent yet:", things.length)}</p>
    <ul class="bulleted" data-testid="unsent-texts">${things.slice(0, NAMED).map((thing) => html`<li>${thing}</li>`)}
      ${left > 0 ? html`<li>${n("{count} more", "{count} more", left)}</li>` : nothing}</ul>
    ${may ? html`<p class="hint">${t("What you keep stays in this browser, encrypted, until you sign in here again.")}</p>` : nothing}
    <div class="buttons">
      <span class="space"></span>
      <button type="button" data-act="stay" @click=${() => choose("stay")}>${t("Stay signed in")}</button>
      <button type="button" class="danger" data-act="delete" @click=${() => choose("delete")}>${n("Delete it and sign out", "Delete them and sign out", things.length)}</button>
      ${may ? html`<button type="button" class="primary" data-act="keep" @click=${() => choose("keep")}>${n("Keep it and sign out", "Keep them and sign out", things.length)}</button>` : nothing}
    </div></div>`;
}

/**
 * Return whether the session has ended: redirected after sign-out, or already over.
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
