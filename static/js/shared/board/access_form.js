/** Form of a search's access: everybody at the desk, or its members only. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { row } from "../../forms/form_row.js";

/** @param {Form} form @param {FormView} view */
export function accessBody(form, view) {
  const members = new Set(form.raw("members"));
  const only = form.raw("access") === "members";
  const toggle = (/** @type {string} */ id) => (/** @type {ControlEvent} */ event) => {
    if (event.target.checked) members.add(id);
    else members.delete(id);
    form.edit("members", [...members]);
    view.draw();
  };
  const accounts = [...view.session.accounts.values()].filter(({ id, enabled }) => enabled || members.has(id));
  return html`${row(form, "access", view)}
    <fieldset class="people" data-field="members">
      <legend>${label.field("members")}</legend>
      ${form.errors.members ? html`<p class="error">${form.errors.members}</p>` : nothing}
      <p class="hint">${only ? t("Only these people can see this search, whatever their role. At least one must be a coordinator.") : t("Used only if access is set to “Members only”.")}</p>
      ${accounts.sort((a, b) => a.name.localeCompare(b.name)).map(({ id, name, role }) => html`<label class="check">
        <input type="checkbox" data-member=${id} .checked=${members.has(id)} @change=${toggle(id)} /> ${name} <small>${label.role(role)}</small>
      </label>`)}
    </fieldset>
    ${form.theirs("members") ? row(form, "members", view) : nothing}`;
}
