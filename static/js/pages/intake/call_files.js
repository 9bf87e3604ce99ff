/** Files of a call: chosen in its form, sent to its search, and attached to its sighting once the sighting exists. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { FileDrop } from "../../behaviours/file_drop.js";
import { t } from "../../core/i18n.js";
import { vault } from "../../core/storage/vault.js";
import { AddingFiles } from "../../shared/files/adding.js";
import { filesOfForm, uploadList } from "../../shared/files/strip.js";
import { FILES_OF_A_CALL, NO_SEARCH } from "./call_draft.js";

export class CallFiles extends AddingFiles {
  #page;

  /** @param {Pick<IntakeView, "session" | "call" | "taken" | "draw" | "focusAfterDraw">} page */
  constructor(page) {
    super({
      account: () => page.session.account.id, mayAdd: () => !this.isTip, draw: page.draw, focus: (selector) => page.focusAfterDraw(selector),
      left: () => page.focusAfterDraw("[data-row=files] [data-act=add-files]"),
      send: (_, files) => files.forEach((file) => page.session.uploads.add(this.#board, { form: page.call.keyOfFiles() }, file)),
    });
    this.#page = page;
    page.session.uploads.watch(page.draw);
    page.session.onAttached = (/** @type {UploadItem} */ { command }) => command && page.taken.attached(command);
    new FileDrop({ at: (element) => this.#targetAt(element), open: () => (document.querySelector("dialog[open]") || this.isTip ? null : this.target), add: (target, files) => this.add(target, files) });
  }

  /** @returns {UploadTarget} */
  get target() {
    return { form: this.#page.call.typed.files ?? FILES_OF_A_CALL };
  }

  /** @returns {UploadItem[]} */
  get items() {
    return this.#page.session.uploads.of(null, this.target);
  }

  /** True if the call fits no search: a tip has no files. */
  get isTip() {
    return this.#page.call.typed.board === NO_SEARCH;
  }

  /** Update the waiting files after changes of this call and of sent calls. */
  settle() {
    const { session: { uploads }, taken } = this.#page;
    if (this.#board && this.items.some(({ board }) => board !== this.#board)) uploads.move(/** @type {string} */ (this.target.form), this.#board);
    for (const { command, sighting } of taken.shown) if (sighting) uploads.onCardKnown(command, sighting);
    if (vault.state === "open") this.#dropOthers();
  }

  /** Attach the files of a call that went to the outbox. @param {string} board @param {string | null} form @param {string} command */
  follow(board, form, command) {
    this.heldFiles = null;
    if (form) this.#page.session.uploads.follow(board, form, command);
  }

  /** Return the files of a call to the form. After a reload, the files may be loaded later than the call. @param {{ board: string, files?: string | null, command: string }} entry */
  unfollow({ board, files, command }) {
    if (!files) return;
    const { uploads } = this.#page.session, unfollow = () => uploads.unfollow(board, files, command);
    unfollow();
    uploads.back.then(unfollow);
  }

  /** Cancel the files of a discarded call. @param {string} command */
  cancel(command) {
    const { uploads } = this.#page.session;
    for (const { id } of uploads.with(command)) uploads.cancel(id);
  }

  /** Search of the call; "" if none is chosen. */
  get #board() {
    return this.isTip ? "" : this.#page.call.typed.board ?? "";
  }

  /** Cancel the files of calls that can no longer be restored. */
  #dropOthers() {
    const { session: { uploads }, call } = this.#page;
    for (const form of uploads.forms) {
      if (!form.startsWith(FILES_OF_A_CALL) || call.keptFiles.has(form)) continue;
      for (const { id } of uploads.of(null, { form })) uploads.cancel(id);
    }
  }

  /** @param {Element} element @returns {{ target: UploadTarget, element: HTMLElement } | null} */
  #targetAt(element) {
    /** @type {HTMLElement | null | undefined} */
    const form = element.closest(".intake")?.querySelector("form");
    return form && !this.isTip ? { target: this.target, element: form } : null;
  }
}

/** @param {IntakeView} view */
export function callFiles(view) {
  const { files, session } = view, { items } = files;
  const strip = /** @type {any} */ ({ past: false, mayNote: true, board: { id: null }, model: { files: new Map() }, session, files });
  /** Move the focus when a file is cancelled, because its button disappears. @param {{ target: any }} event */
  const onClick = ({ target }) => {
    if (!target.closest("[data-act=cancel-upload]")) return;
    view.focusAfterDraw("[data-row=files] :is([data-act=add-files], [data-act=cancel-upload]), #send");
    view.draw();
  };
  return html`<div class="row" data-row="files" @click=${onClick}>${files.isTip ? html`<div class="files of-form" data-testid="files">
    <p class="files-head"><span class="files-title">${t("Photos and files")}</span></p>
    ${items.length ? html`<p id="files" class="error" tabindex="-1">${t("A tip takes no files. Choose a search, or remove them here and add them once the tip is placed on one.")}</p>`
      : html`<p class="hint">${t("A tip takes no files. Add them once it is placed on a search.")}</p>`}
    ${uploadList(items, view)}</div>` : filesOfForm(files.target, strip)}</div>`;
}
