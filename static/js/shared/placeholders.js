/** Placeholders for a board that is loading or inaccessible. */
import { html } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";
import { pageName } from "../core/rules/pages.js";

const SKETCH = [3, 4, 2, 1, 3]; // cards per column of a loading board

export function loading() {
  return html`<div class="loading" role="status" data-testid="loading">
    <p>${t("Loading the board…")}</p>
    <div class="board" aria-hidden="true">
      ${SKETCH.map((count) => html`<section class="column"><h2></h2>${Array.from({ length: count }, () => html`<div class="card"></div>`)}</section>`)}
    </div>
  </div>`;
}

/** Render the message about a search that was erased. */
export function erased() {
  return html`<section class="page-message" role="alert" data-testid="erased">
    <h1>${t("This search was erased")}</h1>
    <p>${t("Two coordinators erased it. Anything that this browser stored of it has been removed.")}</p>
    <p class="buttons"><a class="button primary" href="/">${pageName("operations")}</a></p>
  </section>`;
}

/**
 * Render the message for people without access. It does not reveal if the search exists.
 * @param {() => void} askAgain
 */
export function forbidden(askAgain) {
  return html`<section class="page-message" role="alert" data-testid="forbidden">
    <h1>${t("You cannot see this search")}</h1>
    <p>${t("It does not exist, or only its members can see it. Anything that was shown here has been removed from this screen.")}</p>
    <p>${t("If you were working on it, ask the coordinator for access. The board opens as soon as you have access.")}</p>
    <p class="buttons"><a class="button primary" href="/">${pageName("operations")}</a>
      <button type="button" data-act="try-again" @click=${askAgain}>${t("Try again")}</button></p>
  </section>`;
}
