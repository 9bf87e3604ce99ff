/** Part of a search's form: the details of its kind, and the remaining details of an earlier kind. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { detailPaths, kindFields } from "../../../core/rules/kind_fields.js";
import { label } from "../../../core/labels.js";
import { rows } from "../../../forms/form_row.js";

/** @param {Form} form @param {FormView} view @param {string | null} [kind] by default, the chosen one */
export function kindRows(form, view, kind = form.value("kind")) {
  const kindPaths = kindFields(kind, "form");
  const leftPaths = detailPaths().filter((path) => !kindPaths.includes(path) && (form.raw(path) !== "" || form.isEdited(path) || form.errors[path]));
  if (!kindPaths.length && !leftPaths.length) return nothing;
  return html`${kindPaths.length ? html`<fieldset class="kind-fields" data-testid="kind-fields" data-kind=${kind ?? ""}>
    <legend>${label.kind(kind)}</legend>
    <div class="grid">${rows(form, kindPaths, view)}</div>
  </fieldset>` : nothing}
  ${leftPaths.length ? html`<fieldset class="kind-fields left-over" data-testid="left-over">
    <legend>${t("From an earlier type")} <small>${t("Kept until you empty it")}</small></legend>
    <div class="grid">${rows(form, leftPaths, view)}</div>
  </fieldset>` : nothing}`;
}
