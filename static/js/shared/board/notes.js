/** Notes on a card or on the search. A correction is a new note that refers to the old one. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { guard } from "../../../vendor/lit-html/directives/guard.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { n, t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { formOf, otherRows, row } from "../../forms/form_row.js";
import { cardName, labelled, otherValues } from "../../format/values.js";
import { addButtons, filesLine } from "../files/strip.js";
import { mayMention } from "../mention_list.js";
import { sendingCard } from "./card/card.js";
import { timeElement } from "../../format/time_elements.js";

/**
 * @param {NoteEntity[]} notes newest first
 * @param {string | null} card card of the notes, or null for notes of the search
 * @param {BoardView} view
 */
export function notesSection(notes, card, view) {
  const form = view.mayNote ? view.forms.get("note", card) : null;
  const corrected = new Map(notes.filter(({ state }) => state.corrects).map(({ id, state }) => [state.corrects, id]));
  const { shown, waiting } = view.newNotes.split(notes, card);
  return html`<section class="notes" data-testid="notes" data-notes-of=${card ?? ""}>
    ${waiting ? html`<div class="new-notes"><button type="button" data-act="show-new-notes" @click=${() => view.newNotes.show(card)}>${n("{count} new note", "{count} new notes", waiting)}</button></div>` : nothing}
    <h3 tabindex="-1">${card ? t("Notes") : t("Log of the search")} <b>${notes.length}</b></h3>
    ${view.mayNote && form ? addForm(form, notes, view) : nothing}
    ${notes.length ? nothing : html`<p class="none">${view.mayNote ? t("No notes yet. Write the first one above; @ and a name alerts someone.") : t("No notes yet.")}</p>`}
    <ol>${repeat(shown, ({ id }) => id, (note) => item(note, { card, corrected, form, view }))}</ol>
  </section>`;
}

/** @param {Form} form @param {NoteEntity[]} notes @param {LiveBoardView} view */
function addForm(form, notes, view) {
  const corrects = form.raw("corrects");
  const correctedNote = corrects && notes.find(({ id }) => id === corrects);
  const dropCorrection = () => {
    form.take("corrects");
    view.draw();
  };
  const body = html`${correctedNote ? html`<div class="correcting"><p class="hint">${t("Correction of: “{text}”", { text: correctedNote.state.text })}</p><button type="button" class="plain" @click=${dropCorrection}>${t("Not a correction")}</button></div>` : nothing}
    ${row(form, "text", view)}
    ${mayMention(form.raw("text")) ? row(form, "please_answer", view) : nothing}
    <div class="side">${row(form, "category", view)} ${row(form, "happened_at", view)}</div>
    ${otherRows(form, view, "text", "please_answer", "category", "happened_at", "corrects")}`;
  return formOf(form, "note", body, html`<button type="submit" class="primary" data-act="add-note">${t("Add note")}</button>`, view.submit);
}

/**
 * @param {NoteEntity} note
 * @param {{ card: string | null, corrected: Map<string | null, string>, form: Form | null, view: BoardView }} shown
 */
function item(note, { card, corrected, form, view }) {
  const { id, state, pending } = note;
  const badge = view.board.badges.get(id);
  const author = view.authors.get(id);
  const target = { note: id };
  // uploads change without an event
  return guard([id, note.seq, pending?.status, corrected.has(id), badge?.at, view.mayNote, author, view.model.files.get(id), ...uploadStates(target, view)], () => {
    return html`<li class="note ${pending ? "pending" : ""} ${corrected.has(id) ? "ruled-out" : ""} ${badge ? "changed" : ""}" data-note=${id} data-category=${state.category}>
      <p class="about"><span class="category ${state.category}">${label.category(state.category)}</span>
        <span>${timeElement(state.happened_at)}${author ? html`\u00a0· ${author}` : nothing}</span>
        ${state.please_answer ? html`<span class="asks">${label.field("please_answer", "note")}</span>` : nothing}
        ${otherValues("note", state, view, "card", "text", "category", "happened_at", "please_answer").map((value) => html`<span>${labelled(value)}</span>`)}
        ${pending ? html`<span class="sending">${sendingCard(pending)}</span>` : nothing}
        ${corrected.has(id) ? html`<span class="corrected">${t("corrected")}</span>` : nothing}
        ${!card && state.card ? html`<span>${cardName(view.model.byId.get(state.card))}</span>` : nothing}
      </p>
      <p class="text">${state.text}</p>
      ${pending ? nothing : filesLine(target, view)}
      ${view.mayNote && form && !pending ? html`<span class="note-acts"><button type="button" class="plain" data-act="correct" @click=${() => correct(form, id, view)}>${t("Add correction")}</button>${addButtons(target, view)}</span>` : nothing}
    </li>`;
  });
}

/** Return the state of uploads that a strip shows. @param {UploadTarget} target @param {BoardView} view */
const uploadStates = (target, view) => (view.past ? [] : [view.files.heldFiles?.key === target.note, view.files, ...view.session.uploads.of(view.board.id, target).map(({ state, offset, problem }) => `${state}${offset}${problem}`)]);

/** @param {Form} form @param {string} id id of the corrected note @param {LiveBoardView} view */
function correct(form, id, view) {
  form.edit("corrects", id);
  view.draw();
}
