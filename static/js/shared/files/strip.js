/** Strip of files, on a card, a note or the search: small pictures, names of other files, and uploads. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { number, t } from "../../core/i18n.js";
import { isProgram } from "../../core/program_files.js";
import { accountName } from "../../format/values.js";
import { formatShortMoment } from "../../format/time_elements.js";
import { fileAddress } from "./file_address.js";
import { fileTitle, kindText, pictureText, sizeText } from "./file_text.js";
import { foundOffer } from "./found_offer.js";

const SHEET = "M4 1.800h5.200L12.200 5v9.200H4zM9 1.800V5.200h3.200";
const CAMERA = "M1.800 4.800h3l1.200-2h4l1.200 2h3v8.400H1.800zM8 6.200a2.600 2.600 0 1 0 .01 0";

/** @param {string} path */
const icon = (path) => html`<svg class="ic" viewBox="0 0 16 16" aria-hidden="true"><path d=${path} /></svg>`;

/** @param {UploadTarget} target */
export const targetKey = ({ card, note, form, command }) => note ?? card ?? form ?? command ?? "";

/**
 * Render the strip as a section with a heading, in a panel or in the details of the search.
 * @param {UploadTarget} target
 * @param {BoardView} view
 */
export function filesSection(target, view) {
  const count = filesAt(target, view).length, uploadCount = uploadsAt(target, view).length;
  if (!count && !uploadCount && !mayAdd(view)) return nothing;
  return html`<section class="files" data-testid="files" data-files-of=${targetKey(target)}>
    <h3 tabindex="-1"><span class="files-title">${t("Photos and files")}</span> ${count ? html`<b>${count}</b>` : nothing} ${mayAdd(view) ? addButtons(target, view) : nothing}</h3>
    ${strip(target, view)}
  </section>`;
}

/**
 * Render the strip without a heading, in a note.
 * @param {UploadTarget} target
 * @param {BoardView} view
 */
export function filesLine(target, view) {
  const count = filesAt(target, view).length + uploadsAt(target, view).length;
  if (!count && !isHeld(target, view)) return nothing;
  return html`<div class="files small" data-testid="files" data-files-of=${targetKey(target)}>${strip(target, view)}</div>`;
}

/** Render the strip in the form of a new card. @param {UploadTarget} target @param {LiveBoardView} view */
export function filesOfForm(target, view) {
  return html`<div class="files of-form" data-testid="files" data-files-of=${targetKey(target)}>
    <p class="files-head"><span class="files-title">${t("Photos and files")}</span> ${addButtons(target, view)}</p>${strip(target, view)}</div>`;
}

/** @param {UploadTarget} target @param {BoardView} view */
const filesAt = ({ card = null, note = null, form, command }, view) => (form || command ? [] : view.model.files.get(note ?? card) ?? []);

/** @param {UploadTarget} target @param {BoardView} view @returns {UploadItem[]} */
const uploadsAt = (target, view) => (view.past ? [] : view.session.uploads.of(view.board.id, target));

/** @param {BoardView} view */
const mayAdd = (view) => !view.past && view.mayNote;

/** @param {UploadTarget} target @param {BoardView} view */
const isHeld = (target, view) => !view.past && view.files.heldFiles?.key === targetKey(target);

/** Render the buttons that add files; touch screens also have one for the camera. @param {UploadTarget} target @param {BoardView} view */
export function addButtons(target, view) {
  if (view.past || !view.mayNote) return nothing;
  const { files } = view;
  return html`<span class="add-files">
    <button type="button" class="plain touch-only" data-act="take-photo" @click=${(/** @type {Event} */ event) => files.choose(target, event, true)}>${icon(CAMERA)} ${t("Take a photo")}</button>
    <button type="button" class="plain" data-act="add-files" @click=${(/** @type {Event} */ event) => files.choose(target, event)}>${t("Add files")}</button>
    <input type="file" multiple hidden data-choose tabindex="-1" aria-label=${t("Add files")} @change=${(/** @type {ControlEvent} */ event) => files.chosen(target, event)} />
    <input type="file" accept="image/*" capture="environment" hidden data-camera tabindex="-1" aria-label=${t("Take a photo")} @change=${(/** @type {ControlEvent} */ event) => files.chosen(target, event)} />
  </span>`;
}

/** @param {UploadTarget} target @param {BoardView} view */
function strip(target, view) {
  const files = filesAt(target, view), uploads = uploadsAt(target, view);
  const pictures = files.filter(({ state }) => state.picture), others = files.filter(({ state }) => !state.picture);
  return html`${view.past ? nothing : hint(target, view)}
    ${pictures.length ? html`<ul class="pictures">${repeat(pictures, ({ id }) => id, (file) => picture(file, view))}</ul>` : nothing}
    ${others.length ? html`<ul class="other-files">${repeat(others, ({ id }) => id, (file) => otherFile(file, view))}</ul>` : nothing}
    ${view.past ? nothing : files.map((file) => foundOffer(file, view))}
    ${view.past ? nothing : uploadList(uploads, view)}`;
}

/** Render the uploads. @param {UploadItem[]} uploads @param {Pick<LiveBoardView, "session">} view */
export function uploadList(uploads, view) {
  return uploads.length ? html`<ul class="uploads">${repeat(uploads, ({ id }) => id, (item) => upload(item, view))}</ul>` : nothing;
}

/** Render the hint that people accept before they add their first file. @param {UploadTarget} target @param {LiveBoardView} view */
function hint(target, view) {
  const { heldFiles } = view.files;
  if (!heldFiles || heldFiles.key !== targetKey(target)) return nothing;
  return html`<div class="files-hint" role="group" aria-label=${t("Before you add files")} data-testid="files-hint">
    <p id="files-hint">${t("Images of abuse never belong here. Report them to stopchildporno.be or to the police.")}</p>
    <div class="side"><button type="button" class="primary" data-act="files-continue" aria-describedby="files-hint" @click=${(/** @type {Event} */ event) => view.files.agreed(event)}>${heldFiles.files ? t("Add") : t("Continue")}</button>
      <button type="button" data-act="files-cancel" @click=${view.files.cancelHeld}>${t("Cancel")}</button></div>
  </div>`;
}

/** @param {Entity} file @param {BoardView} view */
function picture({ id, state }, view) {
  const text = pictureText(state, view.board), isPhoto = view.model.search?.state.photo === id;
  const image = html`<img class="thumb" alt=${text} width="112" height="112" loading="lazy" decoding="async" src=${fileAddress(view.board.id, id, "thumb")} @error=${markFailed} @load=${markLoaded} />
    <span class="gone" aria-hidden="true">${view.past ? t("This picture can no longer be shown.") : t("This picture cannot be loaded.")}</span>`;
  return html`<li data-file=${id}>
    ${view.past ? html`<a class="open-picture" href=${fileAddress(view.board.id, id, "view")} target="_blank" rel="noopener">${image}</a>`
      : html`<button type="button" class="open-picture" data-act="open-file" title=${text} @click=${() => view.files.open(id)}>${image}</button>`}
    ${isPhoto ? html`<span class="is-photo">${t("photo of the child")}</span>` : nothing}
    ${state.caption ? html`<span class="caption" dir="auto">${state.caption}</span>` : nothing}
  </li>`;
}

/** @param {Event} event */
const markFailed = ({ target }) => /** @type {HTMLElement} */ (target).setAttribute("data-gone", "");
/** @param {Event} event */
const markLoaded = ({ target }) => /** @type {HTMLElement} */ (target).removeAttribute("data-gone");

/** @param {Entity} file @param {BoardView} view */
function otherFile({ id, state }, view) {
  const details = [kindText(state), sizeText(state.size), accountName(view.session, state.added_by), formatShortMoment(state.added_at)].filter(Boolean).join(" · ");
  const warning = isProgram(state) ? html`<small class="program-file" data-testid="program-file">${t("Program file: do not open")}</small>` : nothing;
  const name = html`${icon(SHEET)}<span class="file-name"><bdi>${fileTitle(state, view.board)}</bdi>${warning}<small>${details}</small></span>`;
  return html`<li data-file=${id}>${view.past ? html`<span class="open-file">${name}</span>` : html`<button type="button" class="open-file" data-act="open-file" @click=${() => view.files.open(id)}>${name}</button>`}</li>`;
}

/** @param {UploadItem} item */
function waitingText({ board, problem, retryAt }) {
  if (!board) return t("sent once a search is chosen");
  if (problem) return t("{problem} The file is sent again automatically.", { problem });
  return retryAt ? t("waiting for connection…") : t("waiting…");
}

/** @type {Record<string, (item: UploadItem) => string>} */
const STATES = {
  waiting: waitingText,
  sending: ({ offset, size }) => t("{percent}%", { percent: number(Math.floor((offset / size) * 100)) }),
  checking: () => t("being checked…"),
  ready: ({ target }) => (target.form ? t("ready") : t("attached once the card is saved")),
  attaching: () => t("being attached…"),
  failed: ({ problem }) => problem ?? "",
};

/** @param {UploadItem} item @param {Pick<LiveBoardView, "session">} view */
function upload(item, view) {
  const { id, name, size, offset, state, problem, isFinal, isKept } = item, { uploads } = view.session, isFailed = state === "failed";
  return html`<li class="upload ${state}" data-upload=${id} data-state=${state} data-kept=${isKept ? "" : nothing}>
    <span class="file-name"><bdi>${name}</bdi><small role=${isFailed ? "alert" : nothing}>${isFailed ? nothing : html`${sizeText(size)} · `}${STATES[state](item)}</small></span>
    ${isFailed || problem || !item.board ? nothing : html`<progress max=${size} .value=${state === "checking" || state === "ready" || state === "attaching" ? size : offset} aria-label=${t("Sending {name}", { name })}></progress>`}
    ${isKept === false && !isFailed ? html`<small class="not-kept">${t("Keep this page open until it is sent.")}</small>` : nothing}
    ${isFailed && !isFinal ? html`<button type="button" data-act="retry-upload" @click=${() => uploads.retry(id)}>${t("Try again")}</button>` : nothing}
    ${state === "attaching" ? nothing : html`<button type="button" class="plain" data-act="cancel-upload" aria-label=${isFailed ? t("Hide {name}", { name }) : t("Cancel {name}", { name })} title=${isFailed ? t("Hide") : t("Cancel")} @click=${() => uploads.cancel(id)}>✕</button>`}
  </li>`;
}
