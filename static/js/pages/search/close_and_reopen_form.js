/** Forms for the status: found, closed, reopened. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { outcome } from "../../forms/fields.js";
import { row, rows } from "../../forms/form_row.js";
import { openItems } from "../../shared/board/open_items.js";
import { openList } from "../../shared/board/search/outcome.js";

/** @type {Record<string, any>} */
const QUESTIONS = {
  open: () => t("Why is the search being reopened?"),
  found: () => label.field("outcome.reason"),
  closed: () => say("closing_note"),
};

/** @type {Record<string, any>} */
const CONSEQUENCES = {
  open: () => t("The search continues and the clock runs again. The details of how the child was found are cleared."),
  found: (/** @type {{ appeal: any }} */ { appeal }) => (appeal.level === "none"
    ? t("No appeal is running, so there is nothing to take down. All boards and wall displays show the change immediately.")
    : t("The running appeal ({level}) ends, and tasks to take it down are added. All boards and wall displays show the change immediately.", { level: label.level(appeal.level) })),
  closed: () => t("Only notes and the outcome can be changed until the search is reopened."),
};

/** @param {Form} form @param {SearchView} view */
export function statusBody(form, view) {
  const current = view.model.search.state.status;
  const chosen = form.raw("status");
  const pick = (/** @type {string} */ status) => () => {
    form.edit("status", status);
    view.draw();
  };
  return html`<fieldset class="statuses" data-field="status">
      <legend>${t("Current status: {status}. Change to", { status: label.status(current) })}</legend>
      ${["open", "found", "closed"].filter((status) => status !== current).map((status) => html`<label class="check">
        <input type="radio" name="status" value=${status} .checked=${chosen === status} @change=${pick(status)} />
        <span class="status ${status}">${label.status(status)}</span>
      </label>`)}
      ${form.errors.status ? html`<p class="error">${form.errors.status}</p>` : nothing}
    </fieldset>
    ${chosen === current ? nothing : fieldsOf(form, chosen, view)}
    ${form.otherChange("status") ? row(form, "status", view) : nothing}`;
}

/** @param {Form} form @param {string} status @param {SearchView} view */
function fieldsOf(form, status, view) {
  return html`<p class="hint" data-testid="means">${CONSEQUENCES[status](view.model.search.state)}${status === "found" ? html` ${t("Tasks for the time after are added.")}` : nothing}</p>
    ${status === "found" ? html`<div class="grid">${rows(form, outcome().map(({ path }) => path), view)}</div>` : nothing}
    ${status === "closed" ? openWork(form, view) : nothing}
    ${row(form, "reason", view, QUESTIONS[status]())}`;
}

/**
 * List open work when a search is closed, and ask for a reason.
 * @param {Form} form
 * @param {SearchView} view
 */
function openWork(form, view) {
  const items = openItems(view.board, view.model.search.state);
  if (!items.any && !form.errors.acknowledge && !form.isEdited("acknowledge")) return nothing;
  return html`${items.any ? openList(view, items) : nothing} ${row(form, "acknowledge", view, t("Reason for closing it anyway"), items.any)}`;
}
