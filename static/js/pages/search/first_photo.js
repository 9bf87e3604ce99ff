/* First photo of the child: asked for on a board that was just opened, and offered as the photo of the child once it is there. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { forgetOpened, isJustOpened } from "../../shared/just_opened.js";

export class FirstPhoto {
  /** @type {string | null} */ #offered = null; // picture
  #page;

  /** @param {Pick<SearchView, "session" | "board" | "act" | "files" | "draw"> & { readonly mayEdit: boolean, readonly model: any }} page */
  constructor(page) {
    this.#page = page;
  }

  /** Offer the first picture of the search itself to the person who added it, or who has just opened the search. @param {JournalEvent[]} events */
  onEvents(events) {
    const { session, board } = this.#page;
    for (const { type, id, actor } of events) {
      const isMine = actor?.id === session.account.id || isJustOpened(board.id);
      const file = type === "file.attached" && isMine ? board.get(id)?.state : null;
      if (file && isOfChild(file) && board.of("file").filter(({ state }) => isOfChild(state)).length === 1) this.#offered = id;
    }
  }

  forget() {
    this.#offered = null;
  }

  /** @returns {Notice[]} */
  get notices() {
    const { board, model, mayEdit } = this.#page, { photo, status, person } = model.search.state;
    if (photo || status !== "open" || !mayEdit) return [];
    const offered = this.#offered && board.get(this.#offered)?.state;
    if (offered && !offered.withdrawn) return [this.#offer(/** @type {string} */ (this.#offered), person)];
    return isJustOpened(board.id) ? [this.#request(person)] : [];
  }

  /** @param {State} person @returns {Notice} */
  #request({ first_name: name }) {
    return {
      kind: "add-photo", testid: "add-photo", tone: "own", text: t("{name} has no photo yet.", { name }),
      actions: html`<button type="button" class="primary" data-act="add-photo" @click=${() => this.#page.files.addToSearch()}>${t("Add the photo")}</button>
        <button type="button" class="plain" data-act="photo-later" @click=${this.#later}>${t("Not now")}</button>`,
    };
  }

  /** @param {string} file @param {State} person @returns {Notice} */
  #offer(file, { first_name: name }) {
    const { act, files } = this.#page;
    return {
      kind: "first-photo", testid: "first-photo", tone: "own", text: t("Is this the photo of {name}?", { name }),
      actions: html`<button type="button" class="primary" data-act="use-photo" @click=${() => act.command("search.set_photo", { file })}>${t("Use it")}</button>
        <button type="button" data-act="crop-photo" @click=${() => files.open(file)}>${t("Choose a part of it…")}</button>
        <button type="button" class="plain" data-act="photo-later" @click=${this.#later}>${t("Not now")}</button>`,
    };
  }

  #later = () => {
    this.#offered = null;
    forgetOpened();
    this.#page.draw();
  };
}

/** True for a picture of the search itself, and not of a sighting or a note. @param {State} file */
const isOfChild = ({ picture, card, note, withdrawn }) => picture && !card && !note && !withdrawn;
