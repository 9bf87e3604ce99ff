/** Part of a form of a search: the details that belong to its kind, and those that an earlier kind left. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { detailPaths, kindFields } from "../../../core/rules/kind_fields.js";
import { label } from "../../../core/labels.js";
import { rows } from "../../../forms/form_row.js";

/** @param {Form} form @param {FormView} view */
export function kindRows(form, view) {
  const kind = form.value("kind"), own = kindFields(kind, "form");
  const left = detailPaths().filter((path) => !own.includes(path) && (form.raw(path) !== "" || form.isMine(path) || form.errors[path]));
  if (!own.length && !left.length) return nothing;
  return html`${own.length ? html`<fieldset class="kind-fields" data-testid="kind-fields" data-kind=${kind ?? ""}>
    <legend>${label.kind(kind)}</legend>
    <div class="grid">${rows(form, own, view)}</div>
  </fieldset>` : nothing}
  ${left.length ? html`<fieldset class="kind-fields left-over" data-testid="left-over">
    <legend>${t("From an earlier type")} <small>${t("Kept until you empty it")}</small></legend>
    <div class="grid">${rows(form, left, view)}</div>
  </fieldset>` : nothing}`;
}
