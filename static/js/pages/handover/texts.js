/** Texts of a handover about the shift and each search: fields during preparation, read-only text afterwards. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { ofDesk, ofSearch } from "../../forms/handover_fields.js";
import { formOf, pathsOf, rows } from "../../forms/form_row.js";
import { formatField } from "../../format/values.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { clock } from "../../core/time.js";
import { authorLine, isCarriedOver } from "./authorship.js";

const OPERATIONS = "operations";

/**
 * Render the texts about the entire shift.
 * @param {HandoverView} view
 */
export function shiftTexts(view) {
  if (!view.handover || (view.stage === "none" && !view.isFixed)) return nothing;
  const values = view.isFixed ? view.handover : view.written(OPERATIONS);
  const body = view.mayWrite ? form(view, OPERATIONS, withCoordinators(view, [view.handover.outgoing])) : nothing;
  const text = texts(ofDesk(), values, view);
  if (body === nothing && text === nothing) return nothing;
  return html`<section class="handover-section desk-wide ${text === nothing ? "on-screen" : ""}" data-testid="desk-wide"><header><h2>${say("general")}</h2></header>${body}
    ${body === nothing ? text : html`<div class="on-paper">${text}</div>`}</section>`;
}

/**
 * Render the texts about one search.
 * @param {any} section
 * @param {HandoverView} view
 */
export function searchTexts(section, view) {
  const values = view.mayWrite ? view.written(section.board) : section.briefing ?? {};
  const text = html`${texts(ofSearch(), values, view)} ${view.stage !== "none" || view.isFixed ? unwritten(values, section) : nothing}`;
  if (!view.mayWrite) return text;
  return html`${form(view, section.board, view)}<div class="on-paper">${text}</div>`;
}

/**
 * Render the names of texts that nobody wrote. "Nothing was written" would be false above a summary. The text about calls is not missing if calls
 * are due.
 * @param {any} values
 * @param {{ restatements?: Record<string, any>, calls?: any[] }} section
 */
function unwritten(values, { restatements = {}, calls = [] }) {
  const fields = ofSearch(), empty = fields.filter(({ path }) => !values[path]?.trim?.());
  const names = empty.filter(({ path }) => path !== "contacts" || !calls.length).map((/** @type {any} */ field) => field.label());
  const isNothing = empty.length === fields.length && !Object.keys(restatements).length;
  if (!isNothing && !names.length) return nothing;
  return html`<p class="unwritten" data-testid="unwritten">${isNothing ? say("nothing_written") : say("not_filled_in", { names: names.join(" · ") })}</p>`;
}

/** @param {HandoverView} view @param {string} board @param {any} ctx */
function form(view, board, ctx) {
  const textForm = view.forms.written(board);
  const buttons = html`${view.isSending(board, "write") ? html`<span class="hint" role="status" data-testid="saving">${t("sending…")}</span>` : nothing}
    ${!textForm.dirty && view.ui.saved.has(board) ? html`<span class="hint saved" role="status" data-testid="saved">✓ ${t("Saved {at}", { at: clock(view.ui.saved.get(board)) })}</span>` : nothing}
    ${textForm.dirty ? html`<span class="hint">${t("Your draft is kept until you send it.")}</span><span class="space"></span>
      <button type="button" class="plain" data-act="discard" @click=${() => (textForm.clear(), view.draw())}>${t("Discard draft")}</button>
      <button type="submit" class="primary" data-act="save">${t("Save")}</button>` : nothing}`;
  const visiblePaths = pathsOf(textForm.fields).filter((/** @type {string} */ path) => isShown(path, textForm, view, board));
  const hiddenFields = textForm.fields.filter((/** @type {{ path: string }} */ { path }) => !visiblePaths.includes(path));
  const values = view.written(board);
  const underField = (/** @type {string} */ path) => (textForm.isEdited(path) ? nothing : authorLine(values, path, view, () => view.act.confirm(board, path)));
  const fields = html`${rows(textForm, visiblePaths, { ...contextOf(ctx), resolved: view.act.save, underField })}${hiddenFields.length ? html`<p class="add-texts">${hiddenFields.map((/** @type {any} */ field) =>
    html`<button type="button" data-act="add-text" data-path=${field.path} @click=${(/** @type {MouseEvent} */ event) => addText(event, field.path, view, board)}>+ ${field.label()}</button>`)}</p>` : nothing}`;
  return formOf(textForm, board === OPERATIONS ? "desk" : "briefing", html`<div class="grid">${fields}</div>`, buttons, view.act.save);
}

/**
 * Return true if a field is visible: the first field, fields with text, and fields that were added here.
 * @param {string} path
 * @param {Form} form
 * @param {HandoverView} view
 * @param {string} board
 */
function isShown(path, form, view, board) {
  if (board === OPERATIONS || path === form.fields[0].path) return true;
  return Boolean(String(form.raw(path) ?? "").trim()) || form.isEdited(path) || Boolean(form.errors[path]) || view.ui.added.has(`${board} ${path}`);
}

/** @param {MouseEvent} event @param {string} path @param {HandoverView} view @param {string} board */
function addText({ target }, path, view, board) {
  const section = /** @type {HTMLElement} */ (target).closest("[data-section]");
  view.ui.added.add(`${board} ${path}`);
  view.drawNow();
  /** @type {HTMLElement | null | undefined} */ (section?.querySelector(`[data-field="${path}"] textarea`))?.focus();
}

/** @param {Pick<HandoverView, "session" | "board" | "draw">} view */
const contextOf = ({ session, board, draw }) => ({ session, board, draw });

/** @param {any} fields @param {any} values @param {HandoverView} view */
function texts(fields, values, view) {
  const filledFields = fields.map((/** @type {any} */ field) => [field, formatField(field, values[field.path] ?? null, view)]).filter((/** @type {[unknown, string]} */ [, text]) => text);
  if (!filledFields.length) return nothing;
  return html`<dl class="words">${filledFields.map((/** @type {[any, string]} */ [field, text]) => html`<dt>${field.label()}</dt><dd data-text=${field.path} class=${isCarriedOver(values, field.path, view) ? "carried-over" : ""}>${text}</dd>${authorRow(values, field.path, view)}`)}</dl>`;
}

/** @param {any} values @param {string} path @param {HandoverView} view */
function authorRow(values, path, view) {
  const line = authorLine(values, path, view);
  return line === nothing ? nothing : html`<dd class="by">${line}</dd>`;
}

/**
 * Return a view for a field that chooses a coordinator, except the accounts in `exceptIds`.
 * @param {Pick<HandoverView, "session" | "board" | "draw">} view
 * @param {any} exceptIds
 */
export function withCoordinators({ session, board, draw }, exceptIds) {
  const isCandidate = (/** @type {Record<string, any>} */ { id, role, machine }) => ["coordinator", "admin"].includes(role) && !machine && !exceptIds.includes(id);
  const accounts = new Map([...session.accounts].filter(([, account]) => isCandidate(account)));
  return { session: { accounts }, board, draw };
}
