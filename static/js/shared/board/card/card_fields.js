/** Fields of a card, read-only or edited in place. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { say } from "../../../core/rules/sentences.js";
import { formFields, kind as declaration } from "../../../core/rules/kinds.js";
import { label } from "../../../core/labels.js";
import { valueAt } from "../../../core/rules/merge_patch.js";
import { formOf, rows } from "../../../forms/form_row.js";
import { formatField, pointName } from "../../../format/values.js";
import { keyHint } from "../../key_hint.js";
import { lookOf } from "./card_views.js";

/** @param {Card} entity @param {BoardView} view */
export function cardFields(entity, view) {
  if (!view.mayEdit) return readOnlyFields(entity, view);
  const form = view.forms.get(entity.kind, entity.id);
  // Open a draft of an earlier visit for editing: typed text must not stay hidden.
  return view.ui.editing.has(form.key) || form.dirty ? fieldsForm(form, entity, view) : readOnlyFields(entity, view);
}

/** @param {Card} entity @param {BoardView} view */
function readOnlyFields({ id, kind, state }, view) {
  const separatePaths = [declaration(kind).title, ...lookOf(kind).apart];
  const shownFields = formFields(kind, "edit").filter(({ path }) => !separatePaths.includes(path) && !/\.(lat|lon|radius_m)$/.test(path));
  return html`<section class="card-facts" data-testid="facts">
    <h3>${t("Details")}
      ${view.mayEdit ? html`<button type="button" class="plain" data-act="edit" @click=${() => view.act.edit(kind, id)}>${t("Edit")} ${keyHint("edit", "search")}</button>` : nothing}
    </h3>
    <dl>
      ${shownFields.map((field) => html`<dt>${label.field(field.path, kind)}</dt><dd data-field=${field.path}>${value(field, state, view)}</dd>`)}
    </dl>
  </section>`;
}

const sealedHint = () => html`<p class="hint" data-testid="sealed">${say("sealed")}</p>`;

const unsetMark = () => html`<span class="unset">—</span>`;

/** @param {FieldDefinition} field @param {State} state @param {BoardView} view */
function value(field, state, view) {
  const group = field.path.split(".")[0], isPlace = field.path === `${group}.text`; // a place includes its point
  if (isPlace) return state[group] ? place(state[group]) : unsetMark();
  const leaf = valueAt(state, field.path);
  if (field.control === "card" && leaf) return html`<a href=${view.path(leaf)} @click=${(/** @type {MouseEvent} */ event) => view.open(event, leaf)}>${formatField(field, leaf, view)}</a>`;
  const late = field.path === "received_at" && state.late ? html` <span class="late-entry">${t("late entry")}</span>` : nothing;
  return html`${formatField(field, leaf, view) ?? unsetMark()}${late}`;
}

/** Render a place; if it has a name, its point is secondary. @param {Record<string, any>} seenPlace */
function place(seenPlace) {
  const point = pointName(/** @type {any} */ (seenPlace));
  if (!seenPlace.text) return point ?? unsetMark();
  return html`${seenPlace.text}${point ? html` <small class="hint point">${point}</small>` : nothing}`;
}

/** @param {Form} form @param {Card} entity @param {LiveBoardView} view */
function fieldsForm(form, entity, view) {
  const { kind, id } = entity;
  const cancel = () => {
    form.clear();
    view.act.stopEditing(kind, id);
  };
  const withheld = lookOf(kind).withheld(entity, view);
  const paths = form.fields.map((/** @type {FieldDefinition} */ { path }) => path).filter((/** @type {string} */ path) => !withheld.includes(path));
  const buttons = html`<span class="hint">${form.dirty ? t("Draft kept until you save.") : nothing}</span><span class="space"></span>
    <button type="button" data-act="cancel" @click=${cancel}>${t("Cancel")}</button>
    <button type="submit" class="primary" data-act="save">${t("Save")}</button>`;
  return html`<section class="card-facts editing" data-testid="facts-form">
    <h3>${t("Details")}</h3>
    ${formOf(form, "facts", html`<div class="grid">${rows(form, paths, view)}</div>${withheld.length ? sealedHint() : nothing}`, buttons, view.submit)}
  </section>`;
}
