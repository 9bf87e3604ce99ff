/** The criteria of a worrying disappearance: an answer and its basis for each. They suggest; a person decides. */
import { html } from "../../vendor/lit-html/lit-html.js";
import { t } from "../i18n.js";
import { label } from "../labels.js";
import { CRITERIA } from "../forms/fields.js";
import { row } from "../forms/row.js";

export function criteriaRows(form, view) {
  return html`<fieldset class="criteria">
    <legend>${t("Criteria of a worrying disappearance")}</legend>
    ${CRITERIA.map((key) => html`<div class="criterion" role="group" aria-label=${label.criterion(key)}>
      <span>${label.criterion(key)}</span>
      ${row(form, `criteria.${key}.answer`, view)} ${row(form, `criteria.${key}.basis`, view)}
    </div>`)}
  </fieldset>`;
}
