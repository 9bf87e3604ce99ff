/** Forms of the lock bar: unlock as the same person, or sign in as another one. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { TAKE, lockAlarm } from "./lock_alarm.js";
import { unlockMethods } from "./unlock_methods.js";

/**
 * @typedef {{ name: string, problem: string, isBusy: boolean }} LockForm
 * @param {LockForm & { ways: import("./unlock_methods.js").Ways, alarm: Alarm | null, unlock: (unlocking: () => Promise<unknown>, takes: boolean) => void, byPassword: (password: string) => Promise<unknown>, another: () => void, signOut: () => void }} form
 */
export function unlockForm({ name, problem, isBusy, ways, alarm, unlock, byPassword, another, signOut }) {
  const submit = (/** @type {SubmitEvent} */ event) => {
    const { password } = valuesOf(event), { value } = /** @type {HTMLButtonElement} */ (event.submitter ?? {});
    unlock(() => byPassword(password), value === TAKE);
  };
  const methods = unlockMethods.filter(({ isAvailable }) => isAvailable(ways)), hasPassword = document.body.dataset.lockPassword === "yes";
  return html`<form class="lock-form" @submit=${submit} aria-label=${t("Locked")}>
      ${lockAlarm(alarm, hasPassword || methods.length > 0)}
      ${alarm ? methods.map((method) => html`<button type="button" class="primary" data-act=${`take-${method.id}`} ?disabled=${isBusy} @click=${() => unlock(method.unlock, true)}>${method.takeTitle()}</button>`) : nothing}
      ${methods.map((method) => html`<button type="button" class=${alarm ? "" : "primary"} data-act=${`unlock-${method.id}`} ?disabled=${isBusy} @click=${() => unlock(method.unlock, false)}>${method.title(name)}</button>`)}
      ${hasPassword ? html`${passwordField(t("Password of {name}", { name }), problem)}
        <button class=${methods.length || alarm ? "" : "primary"} data-act="unlock" ?disabled=${isBusy}>${t("Unlock as {name}", { name })}</button>
        ${alarm ? html`<button class=${methods.length ? "" : "primary"} name="then" value=${TAKE} data-act="take" ?disabled=${isBusy}>${t("I have it, with the password")}</button>` : nothing}` : nothing}
      ${problemOf(problem)}
    </form>
    <div class="lock-others">
      <button type="button" data-act="another-person" @click=${another}>${t("Another person…")}</button>
      <button type="button" data-act="sign-out" ?disabled=${isBusy} @click=${signOut}>${t("Sign out {name}", { name })}</button>
    </div>`;
}

/** @param {LockForm & { signIn: (email: string, password: string) => void, back: () => void }} form */
export function personForm({ name, problem, isBusy, signIn, back }) {
  const submit = (/** @type {SubmitEvent} */ event) => {
    const { email, password } = valuesOf(event);
    signIn(email, password);
  };
  const elsewhere = `/login?another&next=${encodeURIComponent(location.pathname + location.search)}`;
  return html`<p class="lock-text person"><span><b>${t("Another person")}</b> ${t("This page stays open. The session of {name} ends, and what {name} typed is kept.", { name })}</span></p>
    <form class="lock-form" @submit=${submit} aria-label=${t("Another person")}>
      <label>${say("email_address")}<input name="email" type="email" autocomplete="off" required autofocus maxlength="400" aria-invalid=${problem ? "true" : "false"}></label>
      ${passwordField(t("Password"), problem)}
      <button class="primary" data-act="sign-in" ?disabled=${isBusy}>${t("Sign in here")}</button>
      ${problemOf(problem)}
    </form>
    <div class="lock-others">
      <a class="button" href=${elsewhere}>${t("Other ways to sign in")}</a>
      <button type="button" data-act="back" @click=${back}>${t("Cancel")}</button>
    </div>`;
}

/** @param {string} title @param {string} problem */
const passwordField = (title, problem) => html`<label>${title}<input name="password" type="password" autocomplete="off" required autofocus maxlength="1000" aria-invalid=${problem ? "true" : "false"}></label>`;

/** @param {string} problem */
const problemOf = (problem) => html`<p class="lock-problem" role="alert">${problem}</p>`;

/** @param {SubmitEvent} event @returns {{ [name: string]: string }} */
function valuesOf(event) {
  event.preventDefault();
  return Object.fromEntries(/** @type {[string, string][]} */ ([...new FormData(/** @type {HTMLFormElement} */ (event.currentTarget))]));
}
