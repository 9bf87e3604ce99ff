/** Assessment of a sighting: its grade (source and content, by the Admiralty code) and its outcome. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { cardName } from "../../format/values.js";
import { formOf, row } from "../../forms/form_row.js";

/** @param {Card} entity @param {BoardView} view */
export function assessment(entity, view) {
  return html`<section class="assessment">${graded(entity, view)} ${assessed(entity, view)}</section>`;
}

/** @param {Card} entity @param {BoardView} view */
function graded({ id, state }, view) {
  const words = html`<p>${label.grade_source(state.grade.source)} · ${label.grade_content(state.grade.content)}</p>`;
  return html`<div data-testid="grading"><h3>${label.field("grade")} <span data-testid="grade">${grade(state.grade)}</span></h3>
    ${view.mayEdit ? grading(id, view) : words}</div>`;
}

/** @param {string} id @param {LiveBoardView} view */
function grading(id, view) {
  const form = view.forms.get("grade", id);
  const body = html`${row(form, "grade.source", view)} ${row(form, "grade.content", view)}
    ${form.dirty ? row(form, "reason", view) : nothing}`;
  return formOf(form, "grade", body, deciding(form, t("Grade"), "grade", view), view.submit);
}

/** @param {Card} entity @param {BoardView} view */
function assessed({ id, state }, view) {
  const other = state.duplicate_of && view.model.byId.get(state.duplicate_of);
  const link = other ? html` <a href=${view.path(other.id)} @click=${(/** @type {MouseEvent} */ event) => view.open(event, other.id)}>${t("of {card}", { card: cardName(other) })}</a>` : nothing;
  return html`<div data-testid="assessing"><h3>${label.field("assessment")} <span data-testid="assessment" class="assessed ${state.assessment}">${label.assessment(state.assessment)}${link}</span></h3>
    ${view.mayEdit ? assessing(id, view) : nothing}</div>`;
}

/** @param {string} id @param {LiveBoardView} view */
function assessing(id, view) {
  const form = view.forms.get("assessment", id);
  const body = html`${row(form, "assessment", view)}
    ${form.raw("assessment") === "duplicate" ? row(form, "duplicate_of", view) : nothing}
    ${form.dirty ? row(form, "reason", view) : nothing}`;
  return formOf(form, "assessment", body, deciding(form, t("Assess"), "assess", view), view.submit);
}

/**
 * The buttons appear with the first change: until then there is nothing to decide.
 * @param {Form} form
 * @param {string} text
 * @param {string} act
 * @param {LiveBoardView} view
 */
function deciding(form, text, act, view) {
  if (!form.dirty) return nothing;
  const cancel = () => {
    form.clear();
    view.draw();
  };
  return html`<button type="button" data-act="cancel" @click=${cancel}>${t("Cancel")}</button>
    <button type="submit" class="primary" data-act=${act}>${text}</button>`;
}

/** @param {{ source: string, content: number }} grade */
export function grade({ source, content }) {
  const open = source === "F" && content === 6;
  const words = `${source}: ${label.grade_source(source)} · ${content}: ${label.grade_content(content)}`;
  return html`<span class="grade ${open ? "f" : ""}" title=${words} role="img" aria-label=${t("Grade {grade}", { grade: `${source}${content}` })}>${source}${content}</span>`;
}
