/* Call about something else: a note in the log of a search or, if none is chosen, of all searches. It is sent to the outbox. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { live } from "../../../vendor/lit-html/directives/live.js";
import { draft } from "../../core/storage/drafts.js";
import { t } from "../../core/i18n.js";
import { pageName } from "../../core/rules/pages.js";
import { say } from "../../core/rules/sentences.js";
import { shortPersonName } from "../../format/search_list.js";
import { byStatus } from "../../format/search_order.js";
import { announce } from "../../shared/announcer.js";

const ALL_SEARCHES = "operations";

export class OtherCall {
  #page;
  #stored = draft("other-call");
  #search = ALL_SEARCHES;
  #text = "";
  #isMissing = false; // the text

  /** @param {{ session: Session, board: Board, draw: () => void }} page */
  constructor(page) {
    this.#page = page;
    this.#resume(this.#stored.load());
    this.#stored.whenLoaded((/** @type {any} */ kept) => this.#text || this.#resume(kept));
  }

  draw() {
    const { open } = byStatus(this.#page.board.of("search"), {});
    return html`<form class="form other-call" data-form="other-call" autocomplete="off" novalidate @submit=${this.#submit}>
      <div class="row"><label for="other-search">${t("About which search")}</label>
        <select id="other-search" .value=${live(this.#search)} @change=${(/** @type {any} */ event) => this.#edit({ search: event.target.value })}>
          <option value=${ALL_SEARCHES} ?selected=${this.#search === ALL_SEARCHES}>${pageName("operations")}</option>
          ${open.map(({ id, state: { person, reference } }) => html`<option value=${id} ?selected=${id === this.#search}>${shortPersonName(person)} · ${reference}</option>`)}</select></div>
      <div class="row"><label for="other-text">${t("What was said, and whom to call back")}</label>
        ${this.#isMissing ? html`<p class="error" id="other-error">${say("required")}</p>` : nothing}
        <textarea id="other-text" rows="5" aria-invalid=${this.#isMissing ? "true" : nothing} aria-describedby=${this.#isMissing ? "other-error" : nothing}
          .value=${live(this.#text)} @input=${(/** @type {any} */ event) => this.#edit({ text: event.target.value })}></textarea>
        <p class="hint">${t("It becomes a note in the log. Mention a person with @ so that they see it.")}</p></div>
      <div class="buttons"><button class="primary" data-act="send-other">${t("Save the note")}</button></div>
    </form>`;
  }

  /** @param {{ search?: string, text?: string }} changes */
  #edit({ search = this.#search, text = this.#text }) {
    [this.#search, this.#text, this.#isMissing] = [search, text, false];
    if (text.trim()) this.#stored.save({ search, text });
    else this.#stored.clear();
    this.#page.draw();
  }

  /** @param {Event} event */
  #submit = (event) => {
    event.preventDefault();
    this.#isMissing = !this.#text.trim();
    if (this.#isMissing) return this.#page.draw();
    this.#page.session.outbox.add(this.#search, "note.add", { text: this.#text.trimEnd(), category: "contact" }).catch(() => {}); // the list of unfinished texts shows refusals
    announce(t("Note saved."));
    this.#edit({ text: "" });
  };

  /** @param {{ search: string, text: string } | null} kept */
  #resume(kept) {
    if (kept) [this.#search, this.#text] = [kept.search, kept.text];
  }
}
