/** Decision whether a disappearance is worrying. The criteria suggest; a person decides and gives the basis. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../../core/i18n.js";
import { say } from "../../../core/rules/sentences.js";
import { label } from "../../../core/labels.js";
import { deciderRows } from "../../../forms/decider_rows.js";
import { row, otherChangeNotice } from "../../../forms/form_row.js";
import { decided } from "../../../format/decision_text.js";
import { suggestedCriteria } from "../../../core/rules/suggested_criteria.js";
import { answerOf, criteriaOf } from "./criteria.js";

const DECISIONS = [true, false, null];

/** @param {SearchState["criteria"]} criteria @param {string} answer */
const count = (criteria, answer) => criteriaOf(criteria).filter((key) => (criteria[key]?.answer ?? "unknown") === answer).length;

/**
 * Return the suggestion of the criteria as a text.
 * @param {SearchState} state
 */
function suggestion(state) {
  const { criteria } = state, suggested = suggestedCriteria(state);
  const [yes, unknown] = [count(criteria, "yes"), count(criteria, "unknown")];
  const applies = n("{count} of {all} criteria applies. A coordinator decides.", "{count} of {all} criteria apply. A coordinator decides.", yes, { all: criteriaOf(criteria).length });
  const parts = [
    applies,
    unknown && n("{count} still unknown.", "{count} still unknown.", unknown),
    suggested.length && t("Suggested by the age: {criteria}.", { criteria: suggested.map(label.criterion).join(", ") }),
  ];
  return parts.filter(Boolean).join(" ");
}

/**
 * Render decision and criteria, each with its basis, among the facts of the search.
 * @param {BoardView} view
 */
export function worryingFacts(view) {
  const { state } = view.model.search;
  return html`<section class="worrying" data-testid="criteria">
    <h3>${t("Worrying disappearance")}
      ${view.mayLead && view.mayEdit ? html`<button type="button" class="plain" data-act="qualify" @click=${() => view.act.dialog("worrying")}>${t("Decide…")}</button>` : nothing}
    </h3>
    <p data-testid="decision"><b class=${state.worrying === true ? "text-alert" : ""}>${label.decision(state.worrying)}</b>${state.worrying_basis ? `\u00a0· ${state.worrying_basis}` : nothing}${state.worrying_decided_by ? html`<br /><bdi>${decided(state.worrying_decided_by)}</bdi>` : nothing}</p>
    <p class="hint" data-testid="suggestion">${suggestion(state)}</p>
    <dl>${criteriaOf(state.criteria).map((key) => criterion(key, state.criteria[key], suggestedCriteria(state).includes(key)))}</dl>
  </section>`;
}

/** @param {string} key @param {Criterion | undefined} value @param {boolean} isSuggested */
function criterion(key, value, isSuggested) {
  return html`<dt>${label.criterion(key)}</dt><dd data-criterion=${key} class=${(value?.answer ?? "unknown") === "unknown" ? "unset" : ""}>${answerOf(value)}${isSuggested ? html`\u00a0· <span class="worry open">${say("suggested")}</span>` : nothing}</dd>`;
}

/**
 * Render the dialog: suggestion, decision, basis.
 * @param {Form} form
 * @param {LiveBoardView} view
 */
export function worryingBody(form, view) {
  const { state } = view.model.search;
  const pick = (/** @type {boolean | null} */ decision) => () => {
    form.edit("worrying", String(decision ?? ""));
    view.draw();
  };
  const applying = criteriaOf(state.criteria).filter((key) => state.criteria[key]?.answer === "yes");
  return html`<p class="hint">${suggestion(state)}</p>
    ${applying.length ? html`<ul class="applicable bulleted">${applying.map((key) => html`<li>${label.criterion(key)}${state.criteria[key].basis ? `\u00a0· ${state.criteria[key].basis}` : nothing}</li>`)}</ul>` : nothing}
    <fieldset class="statuses" data-field="worrying">
      <legend>${t("The disappearance is")}</legend>
      ${DECISIONS.map((decision) => html`<label class="check">
        <input type="radio" name="worrying" value=${String(decision)} ?autofocus=${form.value("worrying") === decision} .checked=${form.value("worrying") === decision} @change=${pick(decision)} /> ${label.decision(decision)}
      </label>`)}
    </fieldset>
    ${otherChangeNotice(form, form.field("worrying"), view)}
    ${row(form, "basis", view, label.field("worrying_basis", "search"))}
    ${deciderRows(form, "decided_by", view)}`;
}
