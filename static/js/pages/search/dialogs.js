/** Dialogs of a search. At most one is open. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { formFields } from "../../core/rules/kinds.js";
import { label } from "../../core/labels.js";
import { ago, MINUTE_MS, serverNow } from "../../core/time.js";
import { dialog } from "../../behaviours/dialog.js";
import { cardName, columnName, newCardName } from "../../format/values.js";
import { formOf, otherRows, row, rows } from "../../forms/form_row.js";
import { accessBody } from "../../shared/board/search/access_form.js";
import { appealBody, sendAppealText } from "../../shared/board/search/appeal_form.js";
import { contactBody } from "../../shared/board/contacts/contact_form.js";
import { criteriaRows } from "../../shared/board/search/criteria.js";
import { earlierRows } from "../../shared/board/search/earlier_rows.js";
import { kindRows } from "../../shared/board/card/kind_rows.js";
import { fileDialog, fileWithdrawal } from "./file_dialogs.js";
import { removalProposal, withdrawnFilesDialog } from "./file_removal.js";
import { filesOfForm } from "../../shared/files/strip.js";
import { approvalBody } from "./approval.js";
import { campaignDialog, distributionBody } from "./campaign.js";
import { lookAgainDialog } from "./look_again.js";
import { moveDialog } from "./move_dialog.js";
import { outcomeBody } from "../../shared/board/search/outcome.js";
import { statusBody } from "./close_and_reopen_form.js";
import { worryingBody } from "../../shared/board/search/worrying.js";

const SEEN = "seen_at";
const MINUTES_AGO = [10, 30, 60];

/** @param {any} list */
const paths = (list) => list.map((/** @type {{ path: string }} */ { path }) => path);

/** @param {SearchView} view */
export function openDialog(view) {
  const { dialog: open } = view.ui;
  if (!open) return nothing;
  return DIALOGS[open.name]?.(view, open) ?? addDialog(view, open.name);
}

/** @type {Record<string, (view: SearchView, open: any) => Drawn>} */
const DIALOGS = {
  facts: (view) => formDialog(view, "facts", t("Details of the search"), factsBody, t("Save")),
  access: (view) => formDialog(view, "access", t("Who can see this search"), accessBody, t("Save")),
  status: (view) => formDialog(view, "status", t("Set status"), statusBody, t("Set status")),
  outcome: (view) => formDialog(view, "outcome", t("Correct the outcome"), outcomeBody, t("Save")),
  worrying: (view) => formDialog(view, "worrying", t("Decide if the disappearance is worrying"), worryingBody, t("Save decision")),
  appeal: (view) => formDialog(view, "appeal", label.field("appeal"), appealBody, sendAppealText(view.forms.get("appeal", view.board.id))),
  goal: (view) => formDialog(view, "goal", t("Goal of the search"), goalBody, t("Set goal")),
  withdraw: (view, { entity }) => formDialog(view, "withdraw", t("Withdraw {card}", { card: cardName(view.model.byId.get(entity)) }), withdrawalBody, t("Withdraw"), entity),
  move: (view, { entity }) => moveDialog(view, entity),
  "contact-add": (view) => formDialog(view, "contact-add", t("Add a contact"), contactBody, t("Add")),
  contact: (view, { entity }) => formDialog(view, "contact", t("Change the contact"), contactBody, t("Save"), entity),
  file: fileDialog,
  "withdraw-file": fileWithdrawal,
  "propose-removal": removalProposal,
  "withdrawn-files": withdrawnFilesDialog,
  campaign: campaignDialog,
  approve: (view) => formDialog(view, "approve", t("Approve a poster, vignette or brief"), approvalBody, t("Approve")),
  give: (view) => formDialog(view, "give", t("Add recipients"), distributionBody, t("Add")),
  "look-again": lookAgainDialog,
  "make-room": (view) => view.room.draw(),
  "column-title": (view, { entity }) => formDialog(view, "column-title", t("Rename “{column}”", columnText(view, entity)), columnTitleBody, t("Rename"), entity),
  "column-before": (view, { entity }) => formDialog(view, "column-before", t("New column before “{column}”", columnText(view, entity)), newColumnBody, t("Add"), entity),
  "column-after": (view, { entity }) => formDialog(view, "column-after", t("New column after “{column}”", columnText(view, entity)), newColumnBody, t("Add"), entity),
};

/** @param {SearchView} view @param {string} name form that adds a card */
function addDialog(view, name) {
  const form = view.forms.get(name), kind = name.replace("add-", "");
  const [firstPaths, morePaths] = [paths(formFields(kind, "first")), paths(formFields(kind, "more"))];
  const hasMore = morePaths.some((/** @type {string} */ path) => form.isEdited(path) || form.errors[path]);
  const split = firstPaths.indexOf(SEEN) + 1;
  const body = html`
    ${rows(form, firstPaths.slice(0, split), view)} ${split ? quickTimes(form, view) : nothing}
    ${rows(form, firstPaths.slice(split), view)}
    ${kind === "sighting" ? filesOfForm({ form: name }, view) : nothing}
    <details class="more" ?open=${hasMore || view.ui.more}>
      <summary @click=${() => (view.ui.more = true)}>${t("More…")}</summary>
      <div class="grid">${rows(form, morePaths, view)}</div>
    </details>`;
  return dialog(name, newCardName(kind), formOf(form, name, body, addButtons(form, view), view.submit), view.act.closeDialog);
}

/**
 * Buttons for common times of a sighting, next to the field for any time.
 * @param {Form} form
 * @param {SearchView} view
 */
function quickTimes(form, view) {
  const now = serverNow(), minutesAgo = (/** @type {number} */ minutes) => new Date(Number(now) - minutes * MINUTE_MS);
  const set = (/** @type {string} */ time) => () => {
    form.edit(SEEN, time);
    view.draw();
  };
  return html`<div class="quick-times" role="group" aria-label=${label.field(SEEN, "sighting")}>
    ${MINUTES_AGO.map((minutes) => html`<button type="button" data-act="seen-${minutes}" @click=${set(minutesAgo(minutes).toISOString())}>${minutes % 60 ? ago(minutesAgo(minutes), now) : t("{length} ago", { length: say("hours", { hours: minutes / 60 }) })}</button>`)}
    <button type="button" data-act="seen-unknown" aria-pressed=${form.raw(SEEN) === "" ? "true" : "false"} @click=${set("")}>${t("time unknown")}</button>
  </div>`;
}

/** @param {Form} form @param {SearchView} view */
function addButtons(form, view) {
  return html`<span class="hint">${t("Your draft is kept until you send it.")}</span><span class="space"></span>
    ${form.dirty ? html`<button type="button" class="plain" data-act="discard" @click=${discardForm(form, view)}>${t("Discard draft")}</button>` : nothing}
    <button type="button" data-act="later" @click=${view.act.closeDialog}>${t("Finish later")}</button>
    <button type="submit" class="primary" data-act="send">${t("Add")}</button>`;
}

/**
 * @param {SearchView} view
 * @param {string} name form
 * @param {string} title
 * @param {(form: any, view: SearchView) => Drawn} body
 * @param {string} sendText
 * @param {string} [entity] subject of the form, if not the search
 */
function formDialog(view, name, title, body, sendText, entity = view.board.id) {
  const form = view.forms.get(name, entity);
  const buttons = html`<span class="space"></span>
    <button type="button" data-act="cancel" @click=${discardForm(form, view)}>${t("Cancel")}</button>
    <button type="submit" class="primary" data-act="send">${sendText}</button>`;
  return dialog(name, title, formOf(form, name, body(form, view), buttons, view.submit), view.act.closeDialog);
}

/** @param {Form} form @param {SearchView} view */
const discardForm = (form, view) => () => {
  form.clear();
  for (const { id } of view.session.uploads.of(view.board.id, { form: form.key })) view.session.uploads.cancel(id);
  view.act.closeDialog();
};

/** @param {Form} form @param {SearchView} view */
function factsBody(form, view) {
  const plainPaths = paths(form.fields).filter((/** @type {string} */ path) => !/^(criteria\.|details\.|earlier$)/.test(path));
  const { criteria, earlier } = view.model.search.state;
  return html`<div class="grid">${rows(form, plainPaths, view)}</div>${kindRows(form, view)} ${earlierRows(form, view, earlier)} ${criteriaRows(form, view, criteria)}`;
}

/** @param {Form} form @param {SearchView} view */
const goalBody = (form, view) => html`${otherRows(form, view)}<p class="hint">${t("Everyone on this search sees the goal. Leave it empty to clear it.")}</p>`;

/** @param {Form} form @param {SearchView} view */
const withdrawalBody = (form, view) => html`<p>${t("The card is not deleted. It moves to the withdrawn cards below the board, keeps its number and history, and can be restored.")}</p>${row(form, "reason", view)}`;

/** @param {SearchView} view @param {string} id */
const columnText = (view, id) => ({ column: columnName(view.board.get(id)?.state) });

/** @param {Form} form @param {SearchView} view */
function columnTitleBody(form, view, role = view.board.get(form.entity)?.state.role) {
  return html`${row(form, "title", view)}
    ${role ? html`<p class="hint">${t("Leave empty to use “{role}”, in each reader’s language.", { role: label.column(role) })}</p>` : nothing}`;
}

/** @param {Form} form @param {SearchView} view */
const newColumnBody = (form, view) => html`${columnTitleBody(form, view, form.raw("role"))} ${row(form, "role", view)}
  <p class="hint">${t("The role decides which cards arrive here: new sightings go to the first “New” column, new tasks to the first “To do” column. Cards in “Done” are never overdue.")}</p>`;
