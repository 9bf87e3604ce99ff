/* Step-up: a dialog in which a person proves their identity again. It then repeats the refused request, so that no typed text is lost. */

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { dialog } from "../behaviours/dialog.js";
import { orNull, post, whenStepUpIsNeeded } from "../core/connection/api.js";
import { hasPasskeys, usePasskey } from "../core/connection/passkey.js";
import { Refusal } from "../core/errors.js";
import { t } from "../core/i18n.js";
import { pageTitle } from "../core/rules/pages.js";

const ADDRESS = "/step-up";
const FORMS = 'form[data-step-up], form[method="post"]:is([action^="/accounts"], [action^="/account/tokens"], [action^="/account/sessions"])';
// downloads that need a factor, by the end of their address
const DOWNLOADS = /\/(audit\.csv|figures\.csv|cards\.(csv|json)|journal\.(csv|json)|places\.(geojson|gpx|kml)|original|(history|handover|handovers\/\d+|handover\/briefing|handovers\/\d+\/briefing)\.(pdf|md)|map\.(pdf|svg)|materials\/[^/]+\.pdf|disclosure\/[0-9a-f-]+\.(pdf|json))$/;

/** @typedef {{ recent: boolean, app: boolean, passkey: boolean, provider: { key: string, name: string } | null }} Ways ways for a person to prove their identity */

/** @type {Promise<boolean> | null} */
let open = null; // visible dialog, which all refused requests share

/** Ask for a factor before a form or download that needs it, and when the server refuses a call. */
export function mount() {
  whenStepUpIsNeeded(() => proveIdentity());
  document.addEventListener("submit", guardForm, { capture: true });
  document.addEventListener("click", guardDownload);
}

/** Return true once the person has proved their identity, false if they cancel. @param {string} [about] sentence with the reason */
function proveIdentity(about = "") {
  open ??= ask(about).finally(() => (open = null));
  return open;
}

/** @param {string} about */
async function ask(about) {
  /** @type {Ways | null} */
  const ways = await orNull(post(`${ADDRESS}/ways`));
  if (!ways || ways.recent) return true; // offline: the request itself shows the problem
  return new StepUpDialog(ways, about).answer;
}

/** @param {SubmitEvent} event */
async function guardForm(event) {
  const form = /** @type {HTMLFormElement} */ (event.target), button = event.submitter;
  if (!form.matches(FORMS) || form.dataset.confirmed !== undefined) return void delete form.dataset.confirmed;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await proveIdentity(form.dataset.about))) return undefined;
  form.dataset.confirmed = "";
  return form.requestSubmit(button);
}

/** @param {MouseEvent} event */
async function guardDownload(event) {
  const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest("a[href]"));
  if (!link || event.defaultPrevented || link.dataset.confirmed !== undefined || !DOWNLOADS.test(link.pathname)) return void delete link?.dataset.confirmed;
  event.preventDefault();
  if (!(await proveIdentity())) return undefined;
  link.dataset.confirmed = "";
  return link.click();
}

class StepUpDialog {
  #root = document.body.appendChild(document.createElement("div"));
  #problem = "";
  #ways;
  #about;
  /** @type {(is: boolean) => void} */ #resolve = () => {};

  /** @param {Ways} ways @param {string} about */
  constructor(ways, about) {
    this.#ways = ways;
    this.#about = about;
    /** @type {Promise<boolean>} */
    this.answer = new Promise((resolve) => (this.#resolve = resolve)).finally(() => this.#root.remove());
    this.#draw();
    const element = /** @type {HTMLDialogElement} */ (this.#root.querySelector("dialog"));
    element.showModal();
    /** @type {HTMLElement | null} */ (element.querySelector("[data-act=passkey], [data-act=provider]") ?? element.querySelector("input"))?.focus();
  }

  #draw() {
    render(dialog("step-up", pageTitle("step_up"), this.#body(), () => this.#resolve(false)), this.#root);
  }

  #body() {
    const { app, passkey, provider } = this.#ways, hasFactor = app || passkey;
    return provider && !hasFactor ? this.#signInAgain(provider) : this.#form();
  }

  /** Render the link to the provider. It opens a new tab, so that typed text on this page stays. @param {{ key: string, name: string }} provider */
  #signInAgain({ key, name }) {
    return html`<div class="form">
      ${this.#about ? html`<p><b>${this.#about}</b></p>` : nothing}
      <p class="hint">${t("Administration, exports, tokens, confidential sources and ways to sign in ask again 10 minutes after you last confirmed it.")}</p>
      <p>${t("Sign in again with {provider} in a new tab. Then come back here.", { provider: name })}</p>
      ${this.#problem ? html`<p class="error" role="alert">${this.#problem}</p>` : nothing}
      <div class="buttons"><span class="space"></span>
        <button type="button" data-act="cancel" @click=${() => this.#resolve(false)}>${t("Cancel")}</button>
        <button type="button" data-act="continue" @click=${this.#askAgain}>${t("Continue")}</button>
        <a class="button primary" data-act="provider" target="_blank" rel="noopener" href="/sign-in/with/${key}?again&next=/account">${name}</a></div>
    </div>`;
  }

  #askAgain = async () => {
    /** @type {Ways | null} */
    const ways = await orNull(post(`${ADDRESS}/ways`));
    if (ways?.recent) this.#resolve(true);
    else this.#show(t("You have not signed in again yet."));
  };

  #form() {
    const { app, passkey } = this.#ways, hasFactor = app || passkey, usesPasskey = passkey && hasPasskeys();
    return html`<form class="form" data-form="step-up" @submit=${this.#submit}>
      ${this.#about ? html`<p><b>${this.#about}</b></p>` : nothing}
      <p class="hint">${t("Administration, exports, tokens, confidential sources and ways to sign in ask again 10 minutes after you last confirmed it.")}</p>
      ${usesPasskey ? html`<button type="button" class="primary" data-act="passkey" @click=${this.#usePasskey}>${t("Use your passkey")}</button>` : nothing}
      <div class="row"><label for="step-up-answer">${hasFactor ? t("Code of your app, or a recovery code") : t("Your password")}</label>
        ${hasFactor ? html`<input id="step-up-answer" name="code" required maxlength="100" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" />`
    : html`<input id="step-up-answer" name="password" type="password" required maxlength="1000" autocomplete="current-password" />`}</div>
      ${this.#problem ? html`<p class="error" role="alert">${this.#problem}</p>` : nothing}
      <div class="buttons"><span class="space"></span>
        <button type="button" data-act="cancel" @click=${() => this.#resolve(false)}>${t("Cancel")}</button>
        <button class=${usesPasskey ? "" : "primary"} data-act="send">${t("Continue")}</button></div>
    </form>`;
  }

  #submit = (/** @type {SubmitEvent & { currentTarget: HTMLFormElement }} */ event) => {
    event.preventDefault();
    const [[name, value]] = [...new FormData(event.currentTarget)];
    return this.#check({ [name]: String(value) });
  };

  #usePasskey = async () => {
    try {
      await this.#check({ credential: await usePasskey(`${ADDRESS}/options`) });
    } catch {
      this.#show(t("The passkey was not used. Try again, or choose another way."));
    }
  };

  /** @param {Record<string, string>} fields */
  async #check(fields) {
    try {
      await post(`${ADDRESS}/check`, new URLSearchParams(fields));
      this.#resolve(true);
    } catch (error) {
      this.#show(error instanceof Refusal ? error.message : t("This did not work. Try again."));
    }
  }

  /** @param {string} problem */
  #show(problem) {
    this.#problem = problem;
    this.#draw();
  }
}
