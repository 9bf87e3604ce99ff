/** Assessment of a sighting: its grade (source and content, by the Admiralty code) and its result. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { cardName } from "../../../format/values.js";
import { contradictionList } from "./contradiction_mark.js";
import { reachSection } from "./reach_section.js";
import { formOf, row } from "../../../forms/form_row.js";
import { choiceButtons } from "../../../forms/choice_buttons.js";
import { childrenOfSighting } from "./of_both.js";
import { passingOn } from "./passing_on.js";
import { possibleDuplicates } from "./possible_duplicates.js";
import { sightingComparison } from "./sighting_comparison.js";

const SOURCES = ["A", "B", "C", "D", "E", "F"];
const CONTENTS = ["1", "2", "3", "4", "5", "6"];

const NOT_JUDGED = 6; // as content

// Marks differ in shape, so that nobody needs colours to distinguish them; marks.css draws them.
const CROSS = "cross";

/** Return the shape of a content grade, from 1 (confirmed, full) to 6 (not judged, empty). */
const contentShape = (/** @type {number} */ content) => `content-${content >= 1 && content < NOT_JUDGED ? content : NOT_JUDGED}`;

/** @param {string} shape */
const mark = (shape) => html`<i class="mark shape ${shape}" aria-hidden="true"></i>`;

/** @type {Record<string, () => ReturnType<typeof mark>>} */
const ASSESSMENT_MARKS = { confirmed: () => mark(contentShape(1)), not_the_child: () => mark(CROSS) };

/** @param {Card} entity @param {BoardView} view */
export function assessment(entity, view) {
  return html`${contradictionList(entity, view)}<section class="assessment">${childrenOfSighting(entity, view)} ${gradeSection(entity, view)} ${assessmentSection(entity, view)} ${passingOn(entity, view)} ${sightingComparison(entity, view)} ${reachSection(entity, view)} ${possibleDuplicates(entity, view)}</section>`;
}

/** @param {Card} entity @param {BoardView} view */
function gradeSection({ id, state }, view) {
  const { source, content } = state.grade;
  return html`<div data-testid="grading"><h3>${label.field("grade")} <span data-testid="grade">${grade(state.grade)}</span></h3>
    ${view.mayEdit ? gradeForm(id, view) : html`<p>${gradeMeaning(source, content)}</p>`}</div>`;
}

/** @param {string} source @param {number | string} content */
const gradeMeaning = (source, content) => `${label.grade_source(source)} · ${label.grade_content(content)}`;

/** @param {string} id @param {LiveBoardView} view */
function gradeForm(id, view) {
  const form = view.forms.get("grade", id);
  const source = String(form.raw("grade.source")), content = String(form.raw("grade.content"));
  const sources = SOURCES.map((code) => ({ code, text: code, title: `${code}: ${label.grade_source(code)}` }));
  const contents = CONTENTS.map((code) => ({ code, text: code, mark: mark(contentShape(Number(code))), title: `${code}: ${label.grade_content(code)}` }));
  const body = html`<div class="scale" @keydown=${(/** @type {KeyboardEvent} */ event) => gradeByKey(event, form, view)} @pointerover=${describeOption} @pointerleave=${describeOption}>
      ${choiceButtons(form, "grade.source", view, { name: label.field("grade.source"), options: sources })}
      ${choiceButtons(form, "grade.content", view, { name: label.field("grade.content"), options: contents })}
      <p class="meaning" data-testid="meaning"><span class="of-option" aria-hidden="true" hidden></span><span class="of-grade"><b>${source}${content}</b>\u00a0· ${gradeMeaning(source, content)}${form.dirty ? html`\u00a0· <span class="unsaved">${t("not saved yet")}</span>` : nothing}</span></p>
    </div>
    ${form.dirty ? row(form, "reason", view) : nothing}`;
  return formOf(form, "grade", body, formButtons(form, t("Save grade {grade}", { grade: `${source}${content}` }), "grade", view), view.submit);
}

/**
 * Show the meaning of the option under the pointer, in the line below. A title would appear too late.
 * @param {PointerEvent} event
 */
function describeOption(event) {
  const scale = /** @type {HTMLElement} */ (event.currentTarget), line = scale.querySelector(".of-option");
  const option = event.type === "pointerover" ? /** @type {HTMLElement} */ (event.target).closest(".option") : null;
  if (!(line instanceof HTMLElement)) return;
  line.textContent = option?.getAttribute("title") ?? "";
  line.hidden = !option;
}

/**
 * Choose a grade by keys: "C" and "2" in either row choose C2.
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
  radio.checked = true; // immediately: the next key may be Tab, which leaves a row from its chosen button
  radio.focus();
  view.draw();
}

/** @param {Card} entity @param {BoardView} view */
function assessmentSection({ id, state }, view) {
  const other = state.duplicate_of && view.model.byId.get(state.duplicate_of);
  const link = other ? html` <a href=${view.path(other.id)} @click=${(/** @type {MouseEvent} */ event) => view.open(event, other.id)}>${t("of {card}", { card: cardName(other) })}</a>` : nothing;
  return html`<div data-testid="assessing"><h3>${label.field("assessment")} <span data-testid="assessment" class="assessed ${state.assessment}">${label.assessment(state.assessment)}${link}</span></h3>
    ${view.mayEdit ? assessmentForm(id, view) : nothing}</div>`;
}

/** @param {string} id @param {LiveBoardView} view */
function assessmentForm(id, view) {
  const form = view.forms.get("assessment", id);
  const options = label.assessment.codes.map((code) => ({ code, text: label.assessment(code), mark: ASSESSMENT_MARKS[code]?.() }));
  const body = html`${choiceButtons(form, "assessment", view, { name: html`<span class="visually-hidden">${label.field("assessment")}</span>`, options })}
    ${form.raw("assessment") === "duplicate" ? row(form, "duplicate_of", view) : nothing}
    ${form.dirty ? row(form, "reason", view) : nothing}`;
  return formOf(form, "assessment", body, formButtons(form, t("Assess"), "assess", view), view.submit);
}

/**
 * Render the buttons of a form, which appear with the first change.
 * @param {Form} form
 * @param {string} text
 * @param {string} act
 * @param {LiveBoardView} view
 */
function formButtons(form, text, act, view) {
  if (!form.dirty) return nothing;
  const cancel = () => {
    form.clear();
    view.draw();
  };
  return html`<button type="button" data-act="cancel" @click=${cancel}>${t("Cancel")}</button>
    <button type="submit" class="primary" data-act=${act}>${text}</button>`;
}

/**
 * Render a grade chip: the shape of the content grade, and the code. Its edge is dashed until the sighting is graded.
 * @param {{ source: string, content: number }} grade
 * @param {boolean} [isRuledOut]
 */
export function grade({ source, content }, isRuledOut = false) {
  const isUngraded = source === "F" && content === 6;
  const title = `${source}: ${label.grade_source(source)} · ${content}: ${label.grade_content(content)}`;
  const classes = ["grade", isRuledOut ? CROSS : contentShape(content), isUngraded ? "open" : "", isRuledOut ? "out" : ""].join(" ");
  const code = `${source}${content}`;
  return html`<span class=${classes} title=${title} role="img" aria-label=${t("Grade {grade}", { grade: code })} .textContent=${code}></span>`;
}
