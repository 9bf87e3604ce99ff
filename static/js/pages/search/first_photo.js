/* First photo of the child: asked for on a board that was just opened, and offered as the photo of the child once it is there. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { forgetOpened, isJustOpened } from "../../shared/just_opened.js";

export class FirstPhoto {
  /** @type {string | null} */ #offered = null; // picture
  #page;

  /** @param {Pick<SearchView, "session" | "board" | "act" | "files" | "again" | "draw"> & { readonly mayEdit: boolean, readonly model: any }} page */
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

  /** Strip at the top of the board, where no alarm can hide it: the photo, and reports that fit a new search. @returns {Drawn} */
  draw() {
    const { board, model, mayEdit, again } = this.#page, { photo, status, person } = model.search.state;
    const isNew = isJustOpened(board.id), fitting = isNew ? again.reports.length : 0;
    const offered = this.#offered && !board.get(this.#offered)?.state.withdrawn ? this.#offered : null;
    const wantsPhoto = !photo && status === "open" && mayEdit && (offered || isNew);
    if (!wantsPhoto && !fitting) return nothing;
    return html`<section class="first-steps" data-testid="first-steps" aria-label=${t("First steps")}>
      ${wantsPhoto ? (offered ? this.#offer(offered, person) : this.#request(person)) : nothing}
      ${fitting ? this.#fitting(fitting) : nothing}
      <button type="button" class="plain" data-act="first-steps-later" @click=${this.#later}>${t("Not now")}</button></section>`;
  }

  /** @param {State} person */
  #request({ first_name: name }) {
    return html`<p data-testid="add-photo"><b>${t("{name} has no photo yet.", { name })}</b>
      <button type="button" class="primary" data-act="add-photo" @click=${() => this.#page.files.addToSearch()}>${t("Add the photo")}</button></p>`;
  }

  /** @param {string} file @param {State} person */
  #offer(file, { first_name: name }) {
    const { act, files } = this.#page;
    return html`<p data-testid="first-photo"><b>${t("Is this the photo of {name}?", { name })}</b>
      <button type="button" class="primary" data-act="use-photo" @click=${() => act.command("search.set_photo", { file })}>${t("Use it")}</button>
      <button type="button" data-act="crop-photo" @click=${() => files.open(file)}>${t("Choose a part of it…")}</button></p>`;
  }

  /** @param {number} count */
  #fitting(count) {
    return html`<p data-testid="fitting-reports"><b>${n("{count} report that was set aside may belong here.", "{count} reports that were set aside may belong here.", count)}</b>
      <button type="button" data-act="view-fitting" @click=${this.#page.again.open}>${t("View")}</button></p>`;
  }

  #later = () => {
    this.#offered = null;
    forgetOpened();
    this.#page.draw();
  };
}

/** True for a picture of the search itself, and not of a sighting or a note. @param {State} file */
const isOfChild = ({ picture, card, note, withdrawn }) => picture && !card && !note && !withdrawn;
