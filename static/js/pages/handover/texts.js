/** Texts of a handover about the desk and each search: fields while it is prepared, text afterwards. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { OF_DESK, OF_SEARCH } from "../../forms/handover_fields.js";
import { formOf, rows } from "../../forms/form_row.js";
import { formatField } from "../../format/values.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { clock } from "../../core/time.js";
import { authorLine, isCarriedOver } from "./authorship.js";

const OPERATIONS = "operations";

/** @param {any} fields */
const paths = (fields) => fields.map((/** @type {{ path: string }} */ { path }) => path);

/**
 * Texts about the whole desk.
 * @param {HandoverView} view
 */
export function shiftTexts(view) {
  if (!view.handover || (view.stage === "none" && !view.isFixed)) return nothing;
  const values = view.isFixed ? view.handover : view.written(OPERATIONS);
  const body = view.mayWrite ? form(view, OPERATIONS, withCoordinators(view, [view.handover.outgoing])) : nothing;
  const text = texts(OF_DESK, values, view);
  if (body === nothing && text === nothing) return nothing;
  return html`<section class="handover-section desk-wide ${text === nothing ? "on-screen" : ""}" data-testid="desk-wide"><header><h2>${say("general")}</h2></header>${body}
    ${body === nothing ? text : html`<div class="on-paper">${text}</div>`}</section>`;
}

/**
 * Texts about one search.
 * @param {any} section
 * @param {HandoverView} view
 */
export function searchTexts(section, view) {
  const said = view.mayWrite ? view.written(section.board) : section.briefing ?? {};
  const text = html`${texts(OF_SEARCH, said, view)} ${view.stage !== "none" || view.isFixed ? unwritten(said, section.restatements ?? {}) : nothing}`;
  if (!view.mayWrite) return text;
  return html`${form(view, section.board, view)}<div class="on-paper">${text}</div>`;
}

/**
 * Name the texts that nobody wrote. "Nothing was written" would be false above somebody's summary.
 * @param {any} said
 * @param {Record<string, any>} restatements
 */
function unwritten(said, restatements) {
  const empty = OF_SEARCH.filter(({ path }) => !said[path]?.trim?.());
  if (!empty.length) return nothing;
  const names = empty.map((/** @type {any} */ field) => field.label()).join(" · ");
  return html`<p class="unwritten" data-testid="unwritten">${empty.length === OF_SEARCH.length && !Object.keys(restatements).length ? say("nothing_written") : say("not_filled_in", { names })}</p>`;
}

/** @param {HandoverView} view @param {string} board @param {any} ctx */
function form(view, board, ctx) {
  const written = view.forms.written(board);
  const buttons = html`${view.isSending(board, "write") ? html`<span class="hint" role="status" data-testid="saving">${t("sending…")}</span>` : nothing}
    ${!written.dirty && view.ui.saved.has(board) ? html`<span class="hint saved" role="status" data-testid="saved">✓ ${t("Saved {at}", { at: clock(view.ui.saved.get(board)) })}</span>` : nothing}
    ${written.dirty ? html`<span class="hint">${t("Your draft is kept until you send it.")}</span><span class="space"></span>
      <button type="button" class="plain" data-act="discard" @click=${() => (written.clear(), view.draw())}>${t("Discard draft")}</button>
      <button type="submit" class="primary" data-act="save">${t("Save")}</button>` : nothing}`;
  const shown = paths(written.fields).filter((/** @type {string} */ path) => isShown(path, written, view, board));
  const hidden = written.fields.filter((/** @type {{ path: string }} */ { path }) => !shown.includes(path));
  const values = view.written(board);
  const underField = (/** @type {string} */ path) => (written.isMine(path) ? nothing : authorLine(values, path, view, () => view.act.confirm(board, path)));
  const fields = html`${rows(written, shown, { ...contextOf(ctx), resolved: view.act.save, underField })}${hidden.length ? html`<p class="add-texts">${hidden.map((/** @type {any} */ field) =>
    html`<button type="button" data-act="add-text" data-path=${field.path} @click=${(/** @type {MouseEvent} */ event) => add(event, field.path, view, board)}>+ ${field.label()}</button>`)}</p>` : nothing}`;
  return formOf(written, board === OPERATIONS ? "desk" : "briefing", html`<div class="grid">${fields}</div>`, buttons, view.act.save);
}

/**
 * Return whether a field is shown: the first one, those with text, and those that were added here.
 * @param {string} path
 * @param {Form} form
 * @param {HandoverView} view
 * @param {string} board
 */
function isShown(path, form, view, board) {
  if (board === OPERATIONS || path === OF_SEARCH[0].path) return true;
  return Boolean(String(form.raw(path) ?? "").trim()) || form.isMine(path) || Boolean(form.errors[path]) || view.ui.added.has(`${board} ${path}`);
}

/** @param {MouseEvent} event @param {string} path @param {HandoverView} view @param {string} board */
function add({ target }, path, view, board) {
  const section = /** @type {HTMLElement} */ (target).closest("[data-section]");
  view.ui.added.add(`${board} ${path}`);
  view.drawNow();
  /** @type {HTMLElement | null | undefined} */ (section?.querySelector(`[data-field="${path}"] textarea`))?.focus();
}

/** @param {Pick<HandoverView, "session" | "board" | "draw">} view */
const contextOf = ({ session, board, draw }) => ({ session, board, draw });

/** @param {any} fields @param {any} values @param {HandoverView} view */
function texts(fields, values, view) {
  const said = fields.map((/** @type {any} */ field) => [field, formatField(field, values[field.path] ?? null, view)]).filter((/** @type {[unknown, string]} */ [, text]) => text);
  if (!said.length) return nothing;
  return html`<dl class="words">${said.map((/** @type {[any, string]} */ [field, text]) => html`<dt>${field.label()}</dt><dd data-text=${field.path} class=${isCarriedOver(values, field.path, view) ? "carried-over" : ""}>${text}</dd>${authored(values, field.path, view)}`)}</dl>`;
}

/** @param {any} values @param {string} path @param {HandoverView} view */
function authored(values, path, view) {
  const line = authorLine(values, path, view);
  return line === nothing ? nothing : html`<dd class="by">${line}</dd>`;
}

/**
 * Return a view for a field that chooses a coordinator, except those in `but`.
 * @param {Pick<HandoverView, "session" | "board" | "draw">} view
 * @param {any} but
 */
export function withCoordinators({ session, board, draw }, but) {
  const may = (/** @type {Record<string, any>} */ { id, role, machine }) => ["coordinator", "admin"].includes(role) && !machine && !but.includes(id);
  const accounts = new Map([...session.accounts].filter(([, account]) => may(account)));
  return { session: { accounts }, board, draw };
}
