/** Dialogs of a search, one at a time. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { formFields } from "../../core/rules/kinds.js";
import { label } from "../../core/labels.js";
import { ago, MINUTE_MS, serverNow } from "../../core/time.js";
import { dialog } from "../../behaviours/dialog.js";
import { cardName, columnName, newCardName } from "../../format/values.js";
import { formOf, row, rows } from "../../forms/form_row.js";
import { accessBody } from "../../shared/board/search/access_form.js";
import { appealBody } from "../../shared/board/search/appeal.js";
import { criteriaRows } from "../../shared/board/search/criteria.js";
import { earlierRows } from "../../shared/board/search/earlier_rows.js";
import { kindRows } from "../../shared/board/card/kind_rows.js";
import { fileDialog, fileWithdrawal } from "./file_dialogs.js";
import { removalProposal, withdrawnFilesDialog } from "./file_removal.js";
import { filesOfForm } from "../../shared/files/strip.js";
import { approvalBody } from "./approval.js";
import { campaignDialog, givingBody } from "./campaign.js";
import { lookAgainDialog } from "./look_again.js";
import { moveDialog } from "./move_dialog.js";
import { outcomeBody } from "../../shared/board/search/outcome.js";
import { statusBody } from "./close_and_reopen_form.js";
import { worryingBody } from "../../shared/board/search/worrying.js";

const SEEN = "seen_at";
const MINUTES = [10, 30, 60]; // before now

/** @param {any} list */
const paths = (list) => list.map((/** @type {{ path: string }} */ { path }) => path);

/** @param {SearchView} view */
export function openDialog(view) {
  const { dialog: open } = view.ui;
  if (!open) return nothing;
  return DIALOGS[open.name]?.(view, open) ?? adding(view, open.name);
}

/** @type {Record<string, (view: SearchView, open: any) => Drawn>} */
const DIALOGS = {
  facts: (view) => asking(view, "facts", t("Details of the search"), facts, t("Save")),
  access: (view) => asking(view, "access", t("Who can see this search"), accessBody, t("Save")),
  status: (view) => asking(view, "status", t("Set status"), statusBody, t("Set status")),
  outcome: (view) => asking(view, "outcome", t("Correct the outcome"), outcomeBody, t("Save")),
  worrying: (view) => asking(view, "worrying", t("Decide if the disappearance is worrying"), worryingBody, t("Save decision")),
  appeal: (view) => asking(view, "appeal", t("Appeal"), appealBody, t("Set appeal")),
  goal: (view) => asking(view, "goal", t("Goal of the search"), goalBody, t("Set goal")),
  withdraw: (view, { entity }) => asking(view, "withdraw", t("Withdraw {card}", { card: cardName(view.model.byId.get(entity)) }), withdrawal, t("Withdraw"), entity),
  move: (view, { entity }) => moveDialog(view, entity),
  file: fileDialog,
  "withdraw-file": fileWithdrawal,
  "propose-removal": removalProposal,
  "withdrawn-files": withdrawnFilesDialog,
  campaign: campaignDialog,
  approve: (view) => asking(view, "approve", t("Approve a poster, vignette or brief"), approvalBody, t("Approve")),
  give: (view) => asking(view, "give", t("Add recipients"), givingBody, t("Add")),
  "look-again": lookAgainDialog,
  "make-room": (view) => view.room.draw(),
  "column-title": (view, { entity }) => asking(view, "column-title", t("Rename “{column}”", columnOf(view, entity)), columnTitle, t("Rename"), entity),
  "column-before": (view, { entity }) => asking(view, "column-before", t("New column before “{column}”", columnOf(view, entity)), newColumn, t("Add"), entity),
  "column-after": (view, { entity }) => asking(view, "column-after", t("New column after “{column}”", columnOf(view, entity)), newColumn, t("Add"), entity),
};

/** @param {SearchView} view @param {string} name of the form that adds a card */
function adding(view, name) {
  const form = view.forms.get(name), kind = name.replace("add-", "");
  const [first, more] = [paths(formFields(kind, "first")), paths(formFields(kind, "more"))];
  const hasMore = more.some((/** @type {string} */ path) => form.isMine(path) || form.errors[path]);
  const upTo = first.indexOf(SEEN) + 1;
  const body = html`
    ${rows(form, first.slice(0, upTo), view)} ${upTo ? seenWhen(form, view) : nothing}
    ${rows(form, first.slice(upTo), view)}
    ${kind === "sighting" ? filesOfForm({ form: name }, view) : nothing}
    <details class="more" ?open=${hasMore || view.ui.more}>
      <summary @click=${() => (view.ui.more = true)}>${t("More…")}</summary>
      <div class="grid">${rows(form, more, view)}</div>
    </details>`;
  return dialog(name, newCardName(kind), formOf(form, name, body, adds(form, view), view.submit), view.act.closeDialog);
}

/**
 * Quick answers to when it was seen, beside the field that takes any time.
 * @param {Form} form
 * @param {SearchView} view
 */
function seenWhen(form, view) {
  const now = serverNow(), before = (/** @type {number} */ minutes) => new Date(Number(now) - minutes * MINUTE_MS);
  const set = (/** @type {string} */ time) => () => {
    form.edit(SEEN, time);
    view.draw();
  };
  return html`<div class="quick-times" role="group" aria-label=${label.field(SEEN, "sighting")}>
    ${MINUTES.map((minutes) => html`<button type="button" data-act="seen-${minutes}" @click=${set(before(minutes).toISOString())}>${minutes % 60 ? ago(before(minutes), now) : t("{length} ago", { length: t("{hours} h", { hours: minutes / 60 }) })}</button>`)}
    <button type="button" data-act="seen-unknown" aria-pressed=${form.raw(SEEN) === "" ? "true" : "false"} @click=${set("")}>${t("time unknown")}</button>
  </div>`;
}

/** @param {Form} form @param {SearchView} view */
function adds(form, view) {
  return html`<span class="hint">${t("Your draft is kept until you send it.")}</span><span class="space"></span>
    ${form.dirty ? html`<button type="button" class="plain" data-act="discard" @click=${discarding(form, view)}>${t("Discard draft")}</button>` : nothing}
    <button type="button" data-act="later" @click=${view.act.closeDialog}>${t("Finish later")}</button>
    <button type="submit" class="primary" data-act="send">${t("Add")}</button>`;
}

/**
 * @param {SearchView} view
 * @param {string} name of the form
 * @param {string} title
 * @param {(form: any, view: SearchView) => Drawn} body
 * @param {string} send
 * @param {string} [entity] that it is about, if not the search
 */
function asking(view, name, title, body, send, entity = view.board.id) {
  const form = view.forms.get(name, entity);
  const buttons = html`<span class="space"></span>
    <button type="button" data-act="cancel" @click=${discarding(form, view)}>${t("Cancel")}</button>
    <button type="submit" class="primary" data-act="send">${send}</button>`;
  return dialog(name, title, formOf(form, name, body(form, view), buttons, view.submit), view.act.closeDialog);
}

/** @param {Form} form @param {SearchView} view */
const discarding = (form, view) => () => {
  form.clear();
  for (const { id } of view.session.uploads.of(view.board.id, { form: form.key })) view.session.uploads.cancel(id);
  view.act.closeDialog();
};

/** @param {Form} form @param {SearchView} view */
function facts(form, view) {
  const some = paths(form.fields).filter((/** @type {string} */ path) => !/^(criteria\.|details\.|earlier$)/.test(path));
  const { criteria, earlier } = view.model.search.state;
  return html`<div class="grid">${rows(form, some, view)}</div>${kindRows(form, view)} ${earlierRows(form, view, earlier)} ${criteriaRows(form, view, criteria)}`;
}

/** @param {Form} form @param {SearchView} view */
const goalBody = (form, view) => html`${rows(form, ["goal.text", "goal.until"], view)}<p class="hint">${t("Everyone on this search sees the goal. Leave it empty to clear it.")}</p>`;

/** @param {Form} form @param {SearchView} view */
const withdrawal = (form, view) => html`<p>${t("The card is not deleted. It moves to the withdrawn cards below the board, keeps its number and history, and can be restored.")}</p>${row(form, "reason", view)}`;

/** @param {SearchView} view @param {string} id */
const columnOf = (view, id) => ({ column: columnName(view.board.get(id)?.state) });

/** @param {Form} form @param {SearchView} view */
function columnTitle(form, view, role = view.board.get(form.entity)?.state.role) {
  return html`${row(form, "title", view)}
    ${role ? html`<p class="hint">${t("Leave empty to use “{role}”, in each reader’s language.", { role: label.column(role) })}</p>` : nothing}`;
}

/** @param {Form} form @param {SearchView} view */
const newColumn = (form, view) => html`${columnTitle(form, view, form.raw("role"))} ${row(form, "role", view)}
  <p class="hint">${t("The role decides which cards arrive here: new sightings go to the first “New” column, new tasks to the first “To do” column. Cards in “Done” are never overdue.")}</p>`;
