/** Criteria of a worrying disappearance: an answer and its basis for each. They suggest; a person decides. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { say } from "../../../core/rules/sentences.js";
import { label } from "../../../core/labels.js";
import { CRITERIA } from "../../../forms/fields.js";
import { row } from "../../../forms/form_row.js";
import { suggestedCriteria } from "../../../core/rules/suggested_criteria.js";

/**
 * Return the current criteria, then answered ones of an earlier version, which are read-only.
 * @param {SearchState["criteria"]} answers
 */
export const criteriaOf = (answers) => [...CRITERIA, ...formerOf(answers)];

/** @param {SearchState["criteria"]} answers */
const formerOf = (answers) => Object.keys(answers).filter((key) => !CRITERIA.includes(key) && isAnswered(answers[key]));
/** @param {Criterion} criterion */
const isAnswered = ({ answer, basis }) => answer !== "unknown" || Boolean(basis);

/**
 * "Yes · Her mother"
 * @param {Partial<Criterion>} [criterion]
 */
export const answerOf = ({ answer = "unknown", basis = null } = {}) => [label.answer(answer), basis].filter(Boolean).join(" · ");

/** @param {Form} form @param {FormView} view @param {SearchState["criteria"]} [answers] of the search that is edited */
export function criteriaRows(form, view, answers = {}) {
  const hints = suggestedCriteria(typed(form));
  return html`<fieldset class="criteria">
    <legend>${t("Criteria for a worrying disappearance")}</legend>
    ${CRITERIA.map((key) => html`<div class="criterion" role="group" aria-label=${label.criterion(key)}>
      <span>${label.criterion(key)}${hints.includes(key) ? html` <small class="hint" data-suggested=${key}>${say("suggested")}</small>` : nothing}</span>
      ${row(form, `criteria.${key}.answer`, view)} ${row(form, `criteria.${key}.basis`, view)}
    </div>`)}
    ${formerOf(answers).map((key) => former(key, answers[key]))}
  </fieldset>`;
}

/**
 * Return what is typed, as far as it can suggest anything.
 * @param {Form} form
 */
function typed(form) {
  const person = { age: form.value("person.age"), birth_date: form.value("person.birth_date") };
  const criteria = Object.fromEntries(CRITERIA.map((key) => [key, { answer: form.value(`criteria.${key}.answer`) }]));
  return { person, criteria, missing_since: form.value("missing_since") };
}

/** @param {string} key @param {Criterion} answer */
function former(key, answer) {
  return html`<p class="criterion former" data-former=${key}><span>${label.criterion(key)}</span> <span>${answerOf(answer)}</span> <span class="hint">${t("no longer asked")}</span></p>`;
}
