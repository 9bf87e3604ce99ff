/** Badge of a search that is worrying, or that needs this decision. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { say } from "../../../core/rules/sentences.js";
import { label } from "../../../core/labels.js";
import { needsDecision } from "../../../core/rules/suggested_criteria.js";

/**
 * @param {State} state state of the search
 * @param {boolean} [isUndecided] true if a decision is needed; by default computed from the state
 * @param {string | null} [hook] test id
 */
export function worryingBadge({ worrying, status, ...state }, isUndecided = needsDecision({ worrying, ...state }), hook = "worrying") {
  if (worrying === true) return html`<span class="worry" data-testid=${hook ?? nothing}>${label.decision(true)}</span>`;
  if (status !== "open" || !isUndecided) return nothing;
  return html`<span class="worry open" data-testid=${hook ?? nothing} title=${t("A criterion applies, or the age suggests one. Nobody has decided yet if the disappearance is worrying.")}>${say("to_decide")}</span>`;
}
