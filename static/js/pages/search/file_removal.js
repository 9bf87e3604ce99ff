/** Withdrawn files: the list of them, and their removal from the disk, which one coordinator proposes and another one confirms. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { dialog } from "../../behaviours/dialog.js";
import { t } from "../../core/i18n.js";
import { withColon } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { formOf, row } from "../../forms/form_row.js";
import { accountName } from "../../format/values.js";
import { formatMoment } from "../../format/time_elements.js";
import { fileTitle } from "../../shared/files/file_text.js";

/** Show the progress of the removal of a withdrawn file, and offer the next step. @param {Entity} file @param {SearchView} view */
export function removalOf({ id, state }, view) {
  if (state.removed) return html`<p data-testid="file-removed">${removedText(state.removed, view)}</p>`;
  const { removal } = state;
  const propose = () => view.act.dialog("propose-removal", { entity: id });
  if (!removal) return view.mayLead ? html`<div class="viewer-actions"><button type="button" class="danger" data-act="propose-removal" @click=${propose}>${t("Propose removal…")}</button></div>` : nothing;
  return html`<div class="removal" data-testid="removal-proposed">
    <p>${t("{name} proposed at {at} to remove this file from the disk.", { name: accountName(view.session, removal.by), at: formatMoment(removal.at) })}</p>
    <p dir="auto">${withColon(label.field("reason"))} ${removal.reason}</p>
    ${view.mayLead ? confirmation(id, removal, view) : nothing}</div>`;
}

/** @param {{ at: string, by: string | null }} removed @param {SearchView} view */
function removedText({ at, by }, view) {
  const time = formatMoment(at);
  return by ? t("It was removed from the disk at {at}. {name} confirmed it.", { at: time, name: accountName(view.session, by) }) : t("It was removed from the disk at {at}, a set time after it was withdrawn.", { at: time });
}

/** @param {string} id @param {{ by: string }} removal @param {SearchView} view */
function confirmation(id, { by }, view) {
  if (by === view.session.account.id) return html`<p>${t("Another coordinator must confirm it.")}</p>`;
  const confirm = () => view.act.command("file.confirm_removal", { file: id });
  return html`<p>${t("After that nobody can bring it back.")}</p>
    <div class="viewer-actions"><button type="button" class="danger" data-act="confirm-removal" @click=${confirm}>${t("Confirm removal")}</button></div>`;
}

/** @param {Pick<AnyBoard, "of">} board */
export const withdrawnFiles = (board) => board.of("file").filter(({ state }) => state.withdrawn).sort((a, b) => (a.state.withdrawn.at < b.state.withdrawn.at ? 1 : -1));

/** @param {SearchView} view */
export function withdrawnFilesDialog(view) {
  const body = html`<div class="withdrawn-files"><p>${t("Nobody can open these files. They are removed from the disk some time after they were withdrawn, or when two coordinators decide it.")}</p>
    <ul>${withdrawnFiles(view.board).map(({ id, state }) => html`<li data-file=${id}>
      <button type="button" class="open-file" data-act="open-file" @click=${() => view.files.open(id)}><span class="file-name"><bdi>${state.name}</bdi><small>${stateText(state, view)}</small></span></button></li>`)}</ul></div>`;
  return dialog("withdrawn-files", t("Withdrawn files"), body, view.act.closeDialog);
}

/** @param {State} state @param {SearchView} view */
function stateText({ withdrawn, removal, removed }, view) {
  if (removed) return label.done("file.removed");
  if (removal) return t("removal proposed by {name}", { name: accountName(view.session, removal.by) });
  return t("withdrawn {at}", { at: formatMoment(withdrawn.at) });
}

/** @param {SearchView} view @param {{ entity: string }} open */
export function removalProposal(view, { entity: id }) {
  const file = view.board.get(id), form = view.forms.get("propose-removal", id);
  if (!file) return nothing;
  const cancel = () => {
    form.clear();
    view.files.open(id);
  };
  const body = html`<p>${t("When another coordinator confirms it, the file is removed from the disk. Nobody can bring it back after that.")}</p>${row(form, "reason", view, null, true)}`;
  const buttons = html`<span class="space"></span><button type="button" data-act="cancel" @click=${cancel}>${t("Cancel")}</button>
    <button type="submit" class="primary" data-act="send">${t("Propose removal")}</button>`;
  return dialog("propose-removal", t("Propose to remove “{name}”", { name: fileTitle(file.state, view.board) }), formOf(form, "propose-removal", body, buttons, view.submit), view.act.closeDialog);
}
