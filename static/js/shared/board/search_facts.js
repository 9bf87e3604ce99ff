/** Details of the search, read-only: those that are recorded, then the names of the others. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { facts } from "../../forms/fields.js";
import { valueAt } from "../../core/merge_patch.js";
import { formatField } from "../../format/values.js";
import { kindFacts } from "./kind_details.js";

/** @param {BoardView} view */
export function searchFacts(view) {
  const { state } = view.model.search;
  const some = facts().filter(({ path }) => !/^(criteria\.|details\.|earlier$)/.test(path));
  const said = [...some.map((field) => ({ path: field.path, text: formatField(field, valueAt(state, field.path), view), left: false })), ...kindFacts(view)];
  const unset = said.filter(({ text }) => text === null).map(({ path }) => label.field(path));
  return html`<section class="card-facts" data-testid="search-facts">
    <h3>${t("Details of the search")}
      ${view.mayEdit ? html`<button type="button" class="plain" data-act="edit-search" @click=${() => view.act.dialog("facts")}>${t("Edit")}</button>` : nothing}
    </h3>
    <dl>
      ${said.map(({ path, text, left }) => (text === null ? nothing : html`<dt>${label.field(path)}</dt><dd data-field=${path} ?data-left=${left} dir="auto">${text}${left ? html` <small class="hint">${t("from an earlier type")}</small>` : nothing}</dd>`))}
      ${unset.length ? html`<dt>${t("Not recorded")}</dt><dd class="unset" data-testid="not-recorded">${unset.join(" · ")}</dd>` : nothing}
    </dl>
  </section>`;
}
