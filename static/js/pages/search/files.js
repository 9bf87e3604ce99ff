/** Files on the page of a search: choosing, dropping and pasting them, opening one, and using its metadata. */

import { LOG } from "../../behaviours/card_url.js";
import { FileDrop } from "../../behaviours/file_drop.js";
import { commandOf } from "../../core/storage/uploads.js";
import { cropped } from "../../shared/files/visible_part.js";
import { AddingFiles } from "../../shared/files/adding.js";

export class Files extends AddingFiles {
  #page;
  /** @type {Map<string, FoundInPicture>} */ #found = new Map(); // ID of a file -> its unused metadata

  #photos = new Set(); // commands that attach a part of a picture, which becomes the photo of the child

  /** @param {Pick<SearchView, "session" | "board" | "ui" | "act" | "undo" | "focus" | "draw"> & { readonly mayNote: boolean }} page */
  constructor(page) {
    super({
      account: () => page.session.account.id, mayAdd: () => page.mayNote, draw: page.draw, focus: (selector) => page.focus.field(selector),
      send: (target, files) => files.forEach((file) => page.session.uploads.add(page.board.id, target, file)),
    });
    this.#page = page;
    const { uploads } = page.session;
    uploads.watch(page.draw);
    page.session.onAttached = (/** @type {UploadItem} */ item, /** @type {Ack} */ ack) => this.#attached(item, ack);
    new FileDrop({ at: (element) => this.#targetAt(element), open: () => this.#openTarget(), add: (target, files) => this.add(target, files) });
  }

  /** Add files, and open the card to which they are added. @param {UploadTarget} target @param {File[]} files */
  add(target, files) {
    const { card } = target, { ui, act, mayNote } = this.#page;
    if (mayNote && card && ui.card !== card) act.openCard(card);
    super.add(target, files);
  }

  /** @param {string} file */
  open(file) {
    this.#page.act.showDialog("file", file);
    this.#page.focus.field("dialog .stage, dialog .viewer-side :is(input, button, a)"); // focus the viewer, so that the arrow keys go from picture to picture
  }

  /** Show the files of the search itself, in its details. */
  show() {
    this.#page.act.show(LOG);
    this.#page.focus.field(".details-view .files h3");
  }

  /** Choose a file for the search itself, in its details. */
  addToSearch() {
    this.show();
    requestAnimationFrame(() => /** @type {HTMLElement | null} */ (document.querySelector(".details-view .files [data-act=add-files]"))?.click());
  }

  /** Attach the visible part of the open picture, which becomes the photo of the child. @param {Element} stage @param {string} name */
  async usePart(stage, name) {
    const { session, board, act } = this.#page, image = /** @type {HTMLImageElement | null} */ (stage.querySelector("img.viewed"));
    const file = image && (await cropped(image, stage, name));
    if (!file) return;
    session.uploads.add(board.id, {}, file);
    const upload = session.uploads.of(board.id, {}).at(-1);
    if (upload) this.#photos.add(commandOf(upload.id));
    act.closeDialog();
  }

  /** @param {string} file */
  foundIn(file) {
    return this.#found.get(file) ?? null;
  }

  /** @param {string} file @param {"taken_at" | "place"} [part] without it, all of the metadata */
  foundUsed(file, part) {
    const { [part ?? "device"]: _, ...rest } = this.#found.get(file) ?? {};
    if (part) this.#found.set(file, rest);
    else this.#found.delete(file);
    this.#page.draw();
  }

  /** Record the file that an upload of this page has become. @param {JournalEvent[]} events */
  onEvents(events) {
    for (const { type, command, id } of events) {
      const found = type === "file.attached" && command ? this.#page.session.found.get(command) : null;
      if (found) this.#found.set(id, found);
      if (type === "file.attached" && this.#photos.delete(command)) this.#page.act.command("search.set_photo", { file: id });
    }
  }

  forget() {
    this.heldFiles = null;
    this.#found.clear();
  }

  /** @param {UploadItem} item @param {Ack} ack */
  #attached({ board }, ack) {
    if (board === this.#page.board.id) this.#page.undo.onAck(ack, null);
  }

  /** @param {Element} element @returns {{ target: UploadTarget, element: HTMLElement } | null} */
  #targetAt(element) {
    if (!this.#page.mayNote) return null;
    const dialog = element.closest("dialog");
    if (dialog) return dialog.dataset.dialog?.startsWith("add-") ? { target: { form: dialog.dataset.dialog }, element: dialog } : null;
    const note = element.closest("[data-note]");
    if (note?.dataset.note && !note.classList.contains("pending")) return { target: { note: note.dataset.note }, element: note };
    const card = element.closest("article[data-card]") ?? element.closest(".panel[data-panel]");
    const id = card?.dataset.card ?? card?.dataset.panel;
    if (card && id && this.#page.board.get(id)) return { target: { card: id }, element: card };
    const search = element.closest(".details-view") ?? element.closest(".search-header");
    return search ? { target: {}, element: search } : null;
  }

  /** @returns {UploadTarget | null} */
  #openTarget() {
    const { ui, board, mayNote } = this.#page, { dialog } = ui;
    if (!mayNote) return null;
    if (dialog) return dialog.name.startsWith("add-") ? { form: dialog.name } : null;
    if (ui.card && board.get(ui.card)) return { card: ui.card };
    return ui.view === LOG ? {} : null;
  }
}
