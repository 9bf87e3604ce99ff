/** Dialogs of files: one shows a file in large with its details and actions, another one withdraws it. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { keyed } from "../../../vendor/lit-html/directives/keyed.js";
import { dialog } from "../../behaviours/dialog.js";
import { zoomOf } from "../../behaviours/picture_zoom.js";
import { t } from "../../core/i18n.js";
import { withColon } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { isProgram } from "../../core/program_files.js";
import { formOf, otherRows, row } from "../../forms/form_row.js";
import { accountName, cardName, otherValues } from "../../format/values.js";
import { formatMoment } from "../../format/time_elements.js";
import { fileAddress } from "../../shared/files/file_address.js";
import { fileTitle, kindText, pictureText, sizeText } from "../../shared/files/file_text.js";
import { removalOf } from "./file_removal.js";

const STEP = 1; // files per arrow key

/** @param {SearchView} view @param {{ entity: string }} open */
export function fileDialog(view, { entity: id }) {
  const file = view.board.get(id);
  if (!file) return nothing;
  const { state } = file, files = siblings(view, file), index = files.findIndex((sibling) => sibling.id === id);
  const goBy = (/** @type {number} */ step) => () => {
    const next = files[index + step];
    if (next) view.files.open(next.id);
  };
  const body = html`<div class="viewer-body" @keydown=${onKey(goBy)}>
    ${state.withdrawn ? withdrawnMessage(state, view) : state.picture ? stage(id, state, view) : html`<p class="no-picture">${state.name}${isProgram(state) ? html`<small class="program-file">${t("Program file: do not open")}</small>` : nothing}</p>`}
    <div class="viewer-side">
      ${files.length > 1 ? html`<div class="viewer-steps"><button type="button" data-act="previous-file" ?disabled=${index <= 0} aria-label=${t("Previous")} title=${t("Previous")} @click=${goBy(-STEP)}>←</button>
        <span>${t("{number} of {all}", { number: index + 1, all: files.length })}</span>
        <button type="button" data-act="next-file" ?disabled=${index >= files.length - 1} aria-label=${t("Next")} title=${t("Next")} @click=${goBy(STEP)}>→</button></div>` : nothing}
      ${state.withdrawn ? removalOf(file, view) : html`${caption(file, view)} ${facts(state, view)} ${actions(file, view)}`}
    </div>
  </div>`;
  return dialog("file", fileTitle(state, view.board), body, view.act.closeDialog);
}

/** Files of the same card, note or search, in their order. @param {SearchView} view @param {Entity} file @returns {Entity[]} */
function siblings(view, { id, state }) {
  const files = view.model.files.get(state.note ?? state.card ?? null) ?? [];
  return files.some((/** @type {Entity} */ file) => file.id === id) ? files : [/** @type {Entity} */ (view.board.get(id)), ...files];
}

/** @param {(step: number) => () => void} goBy @returns {(event: KeyboardEvent & { currentTarget: HTMLElement }) => void} */
const onKey = (goBy) => (event) => {
  const { key, target, currentTarget, ctrlKey, metaKey, altKey } = event, stage = /** @type {HTMLElement | null} */ (currentTarget.querySelector(".stage"));
  if (ctrlKey || metaKey || altKey || /** @type {Element} */ (target).closest("input, textarea")) return;
  const zoom = stage && zoomOf(stage);
  /** @type {Record<string, (() => void) | false | null | undefined>} */
  const actionOfKey = {
    ArrowLeft: goBy(-STEP), ArrowRight: goBy(STEP), "+": zoom && (() => zoom.in()), "=": zoom && (() => zoom.in()), "-": zoom && (() => zoom.out()), 0: zoom && (() => zoom.to(1)),
  };
  if (!actionOfKey[key]) return;
  event.preventDefault();
  actionOfKey[key]();
};

/** @param {string} id @param {State} state @param {SearchView} view */
function stage(id, state, view) {
  const zoom = (/** @type {(zoom: ReturnType<typeof zoomOf>) => void} */ action) => (/** @type {Event} */ { currentTarget }) => {
    const stage = /** @type {Element} */ (currentTarget).closest(".viewer-stage")?.querySelector(".stage");
    if (stage) action(zoomOf(/** @type {HTMLElement} */ (stage)));
  };
  const onLoad = (/** @type {Event} */ { type, target }) => {
    const image = /** @type {HTMLElement} */ (target), stage = image.closest(".stage");
    image.toggleAttribute("data-gone", type === "error");
    if (stage) zoomOf(/** @type {HTMLElement} */ (stage));
  };
  return keyed(id, html`<div class="viewer-stage">
    <div class="stage" tabindex="0" role="group" aria-label=${t("Picture. Plus and minus zoom in and out; the arrow keys show the next one.")} autofocus>
      <img class="viewed" alt=${pictureText(state, view.board)} width=${state.width ?? nothing} height=${state.height ?? nothing} decoding="async" src=${fileAddress(view.board.id, id, "view")} @load=${onLoad} @error=${onLoad} />
      <p class="gone">${t("This picture cannot be loaded.")}</p></div>
    <div class="zoom-buttons" role="group" aria-label=${t("Zoom")}>
      <button type="button" data-act="zoom-out" aria-label=${t("Zoom out")} title=${t("Zoom out")} @click=${zoom((picture) => picture.out())}>−</button>
      <button type="button" data-act="zoom-in" aria-label=${t("Zoom in")} title=${t("Zoom in")} @click=${zoom((picture) => picture.in())}>+</button></div>
  </div>`);
}

/** Message in place of a withdrawn file, which disappears from all open pages immediately. @param {State} state @param {SearchView} view */
function withdrawnMessage({ withdrawn: { by, at, reason } }, view) {
  const text = by ? t("{name} withdrew this file at {at}. Nobody can open it any more.", { name: accountName(view.session, by), at: formatMoment(at) }) : t("This file was withdrawn. Nobody can open it any more.");
  return html`<div class="problem quiet" role="alert" data-testid="file-withdrawn"><p>${text}</p>${reason ? html`<p>${withColon(label.field("reason"))} ${reason}</p>` : nothing}</div>`;
}

/** @param {Entity} file @param {SearchView} view */
function caption({ id, state }, view) {
  if (!view.mayNote) return state.caption ? html`<p class="viewer-caption" dir="auto">${state.caption}</p>` : nothing;
  const form = view.forms.get("file-caption", id);
  const save = form.dirty ? html`<button type="submit" class="primary" data-act="save-caption">${t("Save")}</button>` : nothing;
  return formOf(form, "file-caption", otherRows(form, view), save, view.submit);
}

/** @param {State} state @param {SearchView} view */
function facts(state, view) {
  const { added_by: by, added_at: at, taken_at: taken, name, media_type: type, size, width, height, card: cardId } = state;
  const attachedTo = cardId && view.model.byId.get(cardId);
  const kind = [kindText({ name: "", media_type: type }), sizeText(size), width ? `${width} × ${height}` : null].filter(Boolean).join(" · ");
  /** @type {[string, Drawn][]} */
  const rows = [
    [t("Added"), `${accountName(view.session, by)}, ${formatMoment(at)}`], [label.field("taken_at", "file"), taken ? formatMoment(taken) : null],
    [t("Belongs to"), attachedTo ? cardName(attachedTo) : null], [label.field("name", "file"), name], [t("Format"), kind],
    ...(view.mayNote ? [] : otherValues("file", state, view, "card", "caption", "taken_at")),
  ];
  return html`<dl class="viewer-facts">${rows.map(([term, value]) => (value ? html`<div><dt>${term}</dt><dd><bdi>${value}</bdi></dd></div>` : nothing))}</dl>`;
}

/** @param {Entity} file @param {SearchView} view */
function actions({ id, state }, view) {
  const { board, session } = view, isOwn = state.added_by === session.account.id, isPhoto = view.model.search.state.photo === id;
  const setPhoto = (/** @type {string | null} */ to) => () => view.act.command("search.set_photo", { file: to });
  const mayWithdraw = view.mayLead || (isOwn && view.mayNote), isPicture = state.media_type?.startsWith("image/") && state.media_type !== "image/svg+xml";
  return html`<div class="viewer-actions">
    ${state.picture && view.mayEdit ? (isPhoto ? html`<button type="button" data-act="unset-photo" @click=${setPhoto(null)}>${t("Remove as photo of the child")}</button>`
      : html`<button type="button" data-act="set-photo" @click=${setPhoto(id)}>${t("Use as photo of the child")}</button> ${view.mayNote ? partButton(view) : nothing}`) : nothing}
    ${isPicture ? nothing : isProgram(state) ? programDownload(board.id, id) : html`<a class="button" data-act="download" download href=${fileAddress(board.id, id, "content")}>${t("Download")}</a>`}
    ${isPicture && (view.mayLead || isOwn) ? html`<a class="button" data-act="original" download href=${fileAddress(board.id, id, "original")} title=${t("The original may say when, where and with which device it was taken. Each download is logged.")}>${t("Download original")}</a>` : nothing}
    ${mayWithdraw ? html`<button type="button" class="danger" data-act="withdraw-file" @click=${() => view.act.dialog("withdraw-file", { entity: id })}>${t("Withdraw…")}</button>` : nothing}
  </div>`;
}

/** Button that uses the visible part of a zoomed picture. @param {SearchView} view */
function partButton(view) {
  const use = (/** @type {Event} */ { currentTarget }) => {
    const stage = /** @type {Element} */ (currentTarget).closest(".viewer-body")?.querySelector(".stage");
    if (stage) view.files.usePart(stage, `${t("photo of the child")}.jpg`);
  };
  return html`<button type="button" data-act="use-part" @click=${use}>${t("Use the visible part as photo")}</button>
    <small class="hint">${t("Zoom in until only the face is visible.")}</small>`;
}

/** Download after a warning and a second click. @param {string} board @param {string} id */
const programDownload = (board, id) => keyed(id, html`<details class="program-download">
  <summary class="button" data-act="download-program">${t("Download…")}</summary>
  <p>${t("Program file: do not open. It can take over your computer. Download it only if you can examine it safely.")}</p>
  <a class="button danger" data-act="download" download href=${fileAddress(board, id, "content")}>${t("Download anyway")}</a>
</details>`);

/** @param {SearchView} view @param {{ entity: string }} open */
export function fileWithdrawal(view, { entity: id }) {
  const file = view.board.get(id), form = view.forms.get("withdraw-file", id);
  if (!file) return nothing;
  const cancel = () => {
    form.clear();
    view.files.open(id);
  };
  const body = html`<p>${t("After that nobody can open the file. Its name, who added it and the reason stay in the history.")}</p>${row(form, "reason", view, null, true)}`;
  const buttons = html`<span class="space"></span><button type="button" data-act="cancel" @click=${cancel}>${t("Cancel")}</button>
    <button type="submit" class="primary" data-act="send">${t("Withdraw")}</button>`;
  return dialog("withdraw-file", t("Withdraw “{name}”", { name: fileTitle(file.state, view.board) }), formOf(form, "withdraw-file", body, buttons, view.submit), view.act.closeDialog);
}
