/** Access to a search (all users, or only its members): in its details, and the form that changes it. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { formatField } from "../../../format/values.js";
import { row } from "../../../forms/form_row.js";

/** @param {BoardView} view */
export function accessFacts(view) {
  const { access, members, lead } = view.model.search.state;
  return html`<section data-testid="access-facts">
    <h3>${t("Who can see this search")}
      ${view.mayLead && view.mayEdit ? html`<button type="button" class="plain" data-act="edit-access" @click=${() => view.act.dialog("access")}>${t("Change…")}</button>` : nothing}
    </h3>
    <p><b>${label.access(access)}</b></p>
    ${access === "members" ? html`<p>${formatField({ path: "members", kind: "search" }, members, view)}</p>` : nothing}
    ${view.mayLead || lead === view.session.account.id ? readsLink(view) : nothing}
    ${view.mayLead ? guestsLink(view) : nothing}
  </section>`;
}

/** @param {{ board: { id: string } }} view */
const readsLink = ({ board }) => html`<p class="link-line"><a href="/searches/${board.id}/reads" data-testid="reads">${t("Looked at by…")}</a></p>`;

/** @param {{ board: { id: string } }} view */
const guestsLink = ({ board }) => html`<p class="link-line"><a href="/searches/${board.id}/guests" data-testid="guests">${t("Guests of this search…")}</a></p>`;

/** @param {Form} form @param {FormView} view */
export function accessBody(form, view) {
  const members = new Set(form.raw("members"));
  const isMembersOnly = form.raw("access") === "members";
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
      <p class="hint">${isMembersOnly ? t("Only these people can see this search, whatever their role. At least one must be a coordinator.") : t("Used only if access is set to “Members only”.")}</p>
      ${accounts.sort((a, b) => a.name.localeCompare(b.name)).map(({ id, name, role }) => html`<label class="check">
        <input type="checkbox" data-member=${id} .checked=${members.has(id)} @change=${toggle(id)} /> ${name} <small>${label.role(role)}</small>
      </label>`)}
    </fieldset>
    ${form.otherChange("members") ? row(form, "members", view) : nothing}`;
}
