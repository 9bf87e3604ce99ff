/** Criteria of a worrying disappearance, each with an answer and its basis. They are suggestions; a person decides. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { rules, t } from "../../../core/i18n.js";
import { say } from "../../../core/rules/sentences.js";
import { label } from "../../../core/labels.js";
import { row } from "../../../forms/form_row.js";
import { suggestedCriteria } from "../../../core/rules/suggested_criteria.js";

/**
 * Return the current criteria, then read-only answers to criteria of earlier versions.
 * @param {SearchState["criteria"]} answers
 */
export const criteriaOf = (answers) => [...rules().criteria, ...formerKeys(answers)];

/** @param {SearchState["criteria"]} answers */
const formerKeys = (answers) => Object.keys(answers).filter((key) => !rules().criteria.includes(key) && isAnswered(answers[key]));
/** @param {Criterion} criterion */
const isAnswered = ({ answer, basis }) => answer !== "unknown" || Boolean(basis);

/**
 * "Yes · Her mother"
 * @param {Partial<Criterion>} [criterion]
 */
export const answerOf = ({ answer = "unknown", basis = null } = {}) => [label.answer(answer), basis].filter(Boolean).join(" · ");

/** @param {Form} form @param {FormView} view @param {SearchState["criteria"]} [answers] answers of the edited search */
export function criteriaRows(form, view, answers = {}) {
  const hints = suggestedCriteria(typedFacts(form));
  return html`<fieldset class="criteria">
    <legend>${t("Criteria for a worrying disappearance")}</legend>
    ${rules().criteria.map((key) => html`<div class="criterion" role="group" aria-label=${label.criterion(key)}>
      <span>${label.criterion(key)}${hints.includes(key) ? html` <small class="hint" data-suggested=${key}>${say("suggested")}</small>` : nothing}</span>
      ${row(form, `criteria.${key}.answer`, view)} ${row(form, `criteria.${key}.basis`, view)}
    </div>`)}
    ${formerKeys(answers).map((key) => formerCriterion(key, answers[key]))}
  </fieldset>`;
}

/**
 * Return the typed facts that can suggest criteria.
 * @param {Form} form
 */
function typedFacts(form) {
  const person = { age: form.value("person.age"), birth_date: form.value("person.birth_date") };
  const criteria = Object.fromEntries(rules().criteria.map((key) => [key, { answer: form.value(`criteria.${key}.answer`) }]));
  return { person, criteria, missing_since: form.value("missing_since") };
}

/** @param {string} key @param {Criterion} answer */
function formerCriterion(key, answer) {
  return html`<p class="criterion former" data-former=${key}><span>${label.criterion(key)}</span> <span>${answerOf(answer)}</span> <span class="hint">${t("no longer asked")}</span></p>`;
}
