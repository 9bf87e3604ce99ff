/* Hint about a problem with the caller's callback number. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { label } from "../../core/labels.js";
import { t } from "../../core/i18n.js";
import { withColon } from "../../core/rules/sentences.js";

/** @param {State | null} state of the report */
export function callbackHint(state) {
  const problem = state?.callback;
  if (!problem) return nothing;
  const text = label.value("callback", problem, "report");
  return html`<p class="hint callback" role="status" data-callback=${problem}>${withColon(label.field("callback", "report"))} <b>${text}</b>. ${problem === "abroad" ? t("Read it back to the caller, with the code of the country.") : t("Read it back to the caller.")}</p>`;
}
