/** Assessment of a sighting: its grade (source and content, by the Admiralty code) and its outcome. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { cardName } from "../../../format/values.js";
import { formOf, row } from "../../../forms/form_row.js";
import { choiceButtons } from "../../../forms/choice_buttons.js";
import { passingOn } from "./passing_on.js";
import { possibleDuplicates } from "./possible_duplicates.js";
import { sightingComparison } from "./sighting_comparison.js";

const SOURCES = ["A", "B", "C", "D", "E", "F"];
const CONTENTS = ["1", "2", "3", "4", "5", "6"];

const NOT_JUDGED = 6; // as content

// Marks: shapes, so that no colour is needed to tell them apart; marks.css draws them.
const CROSS = "cross";

/** The fuller, the surer: by the content grade, 1 confirmed to 6 not judged. */
const contentShape = (/** @type {number} */ content) => `content-${content >= 1 && content < NOT_JUDGED ? content : NOT_JUDGED}`;

/** @param {string} shape */
const mark = (shape) => html`<i class="mark shape ${shape}" aria-hidden="true"></i>`;

/** @type {Record<string, () => ReturnType<typeof mark>>} */
const ASSESSMENT_MARKS = { confirmed: () => mark(contentShape(1)), not_the_child: () => mark(CROSS) };

/** @param {Card} entity @param {BoardView} view */
export function assessment(entity, view) {
  return html`<section class="assessment">${graded(entity, view)} ${assessed(entity, view)} ${passingOn(entity, view)} ${sightingComparison(entity, view)} ${possibleDuplicates(entity, view)}</section>`;
}

/** @param {Card} entity @param {BoardView} view */
function graded({ id, state }, view) {
  const { source, content } = state.grade;
  return html`<div data-testid="grading"><h3>${label.field("grade")} <span data-testid="grade">${grade(state.grade)}</span></h3>
    ${view.mayEdit ? grading(id, view) : html`<p>${meaning(source, content)}</p>`}</div>`;
}

/** @param {string} source @param {number | string} content */
const meaning = (source, content) => `${label.grade_source(source)} · ${label.grade_content(content)}`;

/** @param {string} id @param {LiveBoardView} view */
function grading(id, view) {
  const form = view.forms.get("grade", id);
  const source = String(form.raw("grade.source")), content = String(form.raw("grade.content"));
  const sources = SOURCES.map((code) => ({ code, text: code, title: `${code}: ${label.grade_source(code)}` }));
  const contents = CONTENTS.map((code) => ({ code, text: code, mark: mark(contentShape(Number(code))), title: `${code}: ${label.grade_content(code)}` }));
  const body = html`<div class="scale" @keydown=${(/** @type {KeyboardEvent} */ event) => gradeByKey(event, form, view)} @pointerover=${sayOption} @pointerleave=${sayOption}>
      ${choiceButtons(form, "grade.source", view, { name: label.field("grade.source"), options: sources })}
      ${choiceButtons(form, "grade.content", view, { name: label.field("grade.content"), options: contents })}
      <p class="meaning" data-testid="meaning"><span class="of-option" aria-hidden="true" hidden></span><span class="of-grade"><b>${source}${content}</b>\u00a0· ${meaning(source, content)}${form.dirty ? html`\u00a0· <span class="unsaved">${t("not saved yet")}</span>` : nothing}</span></p>
    </div>
    ${form.dirty ? row(form, "reason", view) : nothing}`;
  return formOf(form, "grade", body, deciding(form, t("Save grade {grade}", { grade: `${source}${content}` }), "grade", view), view.submit);
}

/**
 * Say what the option under the pointer means, in the line under the rows; a title alone comes late, and not everybody waits for it.
 * @param {PointerEvent} event
 */
function sayOption(event) {
  const scale = /** @type {HTMLElement} */ (event.currentTarget), line = scale.querySelector(".of-option");
  const option = event.type === "pointerover" ? /** @type {HTMLElement} */ (event.target).closest(".option") : null;
  if (!(line instanceof HTMLElement)) return;
  line.textContent = option?.getAttribute("title") ?? "";
  line.hidden = !option;
}

/**
 * "C" and "2" choose C2, from either row.
 * @param {KeyboardEvent} event
 * @param {Form} form
 * @param {LiveBoardView} view
 */
function gradeByKey(event, form, view) {
  const code = event.key.toUpperCase();
  const path = SOURCES.includes(code) ? "grade.source" : CONTENTS.includes(code) ? "grade.content" : null;
  if (!path || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  event.preventDefault();
  form.edit(path, code);
  const radio = /** @type {HTMLInputElement | null} */ (/** @type {HTMLElement} */ (event.currentTarget).querySelector(`[data-field="${path}"] input[value="${code}"]`));
  if (!radio) return;
  radio.checked = true; // now: the next key may be Tab, which leaves a row from its chosen button
  radio.focus();
  view.draw();
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
  const options = label.assessment.codes.map((code) => ({ code, text: label.assessment(code), mark: ASSESSMENT_MARKS[code]?.() }));
  const body = html`${choiceButtons(form, "assessment", view, { name: html`<span class="visually-hidden">${label.field("assessment")}</span>`, options })}
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

/**
 * Grade chip: by the shape of how sure the content is, and the code. Its edge is dashed while nobody has graded it.
 * @param {{ source: string, content: number }} grade
 * @param {boolean} [isRuledOut]
 */
export function grade({ source, content }, isRuledOut = false) {
  const isOpen = source === "F" && content === 6;
  const words = `${source}: ${label.grade_source(source)} · ${content}: ${label.grade_content(content)}`;
  const classes = ["grade", isRuledOut ? CROSS : contentShape(content), isOpen ? "open" : "", isRuledOut ? "out" : ""].join(" ");
  const code = `${source}${content}`;
  return html`<span class=${classes} title=${words} role="img" aria-label=${t("Grade {grade}", { grade: code })} .textContent=${code}></span>`;
}
