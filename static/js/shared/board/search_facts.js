/** Facts of the search, read-only. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { facts } from "../../forms/fields.js";
import { valueAt } from "../../core/merge_patch.js";
import { formatField } from "../../format/values.js";
import { appealFacts } from "./appeal.js";
import { worryingFacts } from "./worrying.js";

/** @param {BoardView} view */
export function searchFacts(view) {
  const { state } = view.model.search;
  const some = facts().filter(({ path }) => !path.startsWith("criteria."));
  return html`<section class="card-facts" data-testid="search-facts">
    <h3>${t("Details of the search")}
      ${view.mayEdit ? html`<button type="button" class="plain" data-act="edit-search" @click=${() => view.act.dialog("facts")}>${t("Edit")}</button>` : nothing}
    </h3>
    <dl>
      ${some.map((field) => fact(field, formatField(field, valueAt(state, field.path), view)))}
      ${state.access === "members" ? html`<dt>${label.field("members")}</dt><dd>${formatField({ path: "members", kind: "search" }, state.members, view)}</dd>` : nothing}
    </dl>
  </section>
  ${worryingFacts(view)} ${appealFacts(view)}`;
}

/** @param {FieldDefinition} field @param {string | null} text */
const fact = ({ path }, text) => (text === null ? nothing : html`<dt>${label.field(path)}</dt><dd data-field=${path}>${text}</dd>`);
