/** Calls cleared within a day, each with a button that restores it. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { t } from "../../core/i18n.js";
import { moment } from "../../core/time.js";

/** @param {IntakeView} view */
export function clearedCallsList(view) {
  const { cleared } = view.call;
  if (!cleared.length) return nothing;
  return html`<section aria-labelledby="cleared" data-testid="cleared"><h2 id="cleared">${t("Cleared calls")}</h2>
    <p class="hint">${t("Kept in this browser for a day.")}</p>
    <ul>${repeat(cleared, ({ id }) => id, (call) => clearedCall(call, view))}</ul></section>`;
}

/** @param {Record<string, any>} call @param {IntakeView} view */
function clearedCall({ id, search, text, where, cleared_at: at }, view) {
  return html`<li data-cleared-call=${id}>${search ? html`<b>${search}</b>` : nothing} <small>${t("cleared {at}", { at: moment(at) })}</small>
    <p dir="auto">${text || where}</p>
    <span class="inline"><button type="button" data-act="bring-back" @click=${() => view.bringBack(id)}>${t("Back to the form")}</button>
      <button type="button" class="plain" data-act="discard-cleared" @click=${() => view.discardCleared(id)}>${t("Discard")}</button></span></li>`;
}
