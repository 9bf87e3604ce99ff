/** Form of a contact: its name, role and details. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { row, rows } from "../../../forms/form_row.js";

export const MAX_PHONES = 5; // as on the server
const FIELDS = ["name", "role", "relation", "languages"], PLAN = ["next_call", "assignee"];

/** Paths of one telephone. @param {number} index */
export const phonePaths = (index) => [`phones.${index}.number`, `phones.${index}.label`];

/** @param {Form} form @param {FormView} view */
export function contactBody(form, view) {
  return html`<div class="grid">${rows(form, FIELDS, view)}</div>
    ${Array.from({ length: shownPhones(form) }, (_, index) => html`<div class="grid phone-row">${rows(form, phonePaths(index), view)}</div>`)}
    ${form.errors.phones ? html`<p class="error">${form.errors.phones}</p>` : nothing}
    <div class="grid">${row(form, "email", view)}</div> ${row(form, "note", view)}
    <div class="grid">${rows(form, PLAN, view)}</div>
    <p class="hint">${t("Telephones, e-mail and note are shown to people who ask for them. Each view is logged.")}</p>`;
}

/** Return the number of telephones with a value, and one more. @param {Form} form */
function shownPhones(form) {
  const filled = Array.from({ length: MAX_PHONES }, (_, index) => index).filter((index) => phonePaths(index).some((path) => form.raw(path)));
  return Math.min(MAX_PHONES, (filled.at(-1) ?? -1) + 2);
}

/**
 * Return the telephones of a form, for a command.
 * @param {Form} form
 */
export function phonesOf(form) {
  const phones = Array.from({ length: MAX_PHONES }, (_, index) => phonePaths(index).map((path) => form.value(path)));
  return phones.filter(([number]) => number).map(([number, use]) => ({ number, ...(use && { label: use }) }));
}
