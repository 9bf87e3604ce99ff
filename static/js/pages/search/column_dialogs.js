/** Dialogs that rename a column or add one beside another. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { columnName } from "../../format/values.js";
import { row } from "../../forms/form_row.js";

/** @type {Record<string, any>} */
const TITLES = {
  "column-title": (/** @type {string} */ column) => t("Rename “{column}”", { column }),
  "column-before": (/** @type {string} */ column) => t("New column before “{column}”", { column }),
  "column-after": (/** @type {string} */ column) => t("New column after “{column}”", { column }),
};

/** @param {string} name @param {Entity} column */
export const columnTitle = (name, column) => TITLES[name](columnName(column.state));

/** @param {string} name @param {Form} form @param {SearchView} view */
export function columnBody(name, form, view) {
  const role = name === "column-title" ? view.board.get(form.entity)?.state.role : form.raw("role");
  const title = html`${row(form, "title", view)}
    ${role ? html`<p class="hint">${t("Leave empty to use “{role}”, in each reader’s language.", { role: label.column(role) })}</p>` : nothing}`;
  if (name === "column-title") return title;
  return html`${title} ${row(form, "role", view)}
    <p class="hint">${t("The role decides which cards arrive here: new sightings go to the first “New” column, new tasks to the first “To do” column. Cards in “Done” are never overdue.")}</p>`;
}
