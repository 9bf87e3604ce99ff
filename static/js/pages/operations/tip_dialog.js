/* Dialog of a tip: what was reported, and the actions on it: place it on a search, dismiss it, restore it. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { dialog } from "../../behaviours/dialog.js";
import { get, orNull } from "../../core/connection/api.js";
import { draft } from "../../core/storage/drafts.js";
import { Refusal } from "../../core/errors.js";
import { label } from "../../core/labels.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { accountName, cardName, formatPath } from "../../format/values.js";
import { shortPersonName } from "../../format/search_list.js";
import { byStatus } from "../../format/search_order.js";
import { formatMoment, seenText } from "../../format/time_elements.js";
import { knownTexts } from "../../format/unreadable.js";

const DETAIL_PATHS = ["place", "direction", "clothing", "company"];

/** @param {string} id */
const draftOf = (id) => draft(`tip:${id}`);

export class TipDialog {
  /** @type {string | null} */ id = null;
  /** @type {Entity | null} */ #formerTip = null; // tip that has left the board
  /** @type {any} */ #source = null;
  #search = "";
  #reason = "";
  #problem = "";
  #busy = false;
  /** @type {OperationsView} */ #view;

  /** @param {OperationsView} view */
  constructor(view) {
    this.#view = view;
  }

  /** @param {string} id @param {string} [search] ID of the search to preselect */
  show(id, search = "") {
    this.id = id;
    this.#formerTip = null;
    this.#source = null;
    const saved = draftOf(id).load();
    this.#search = search || (saved?.search ?? "");
    this.#reason = saved?.text ?? "";
    this.#problem = "";
    if (!this.#view.board.get(id)) this.#read(id);
    this.#view.draw();
  }

  hide = () => {
    this.id = null;
    this.#view.draw();
  };

  /** Load the last state of a tip that has left the board. @param {string} id */
  async #read(id) {
    const answer = await orNull(get(`/api/v1/boards/operations/events?${new URLSearchParams({ entity: id, limit: "1000" })}`));
    if (this.id !== id) return;
    const last = answer?.events.findLast((/** @type {any} */ event) => event.state);
    if (last) this.#formerTip = { id, kind: "tip", seq: last.seq, state: last.state };
    else this.#problem = say("not_found");
    this.#view.draw();
  }

  draw() {
    const id = this.id;
    if (id === null) return nothing;
    const tip = /** @type {Entity | undefined} */ (this.#view.board.get(id)) ?? this.#formerTip;
    const body = tip ? html`${this.#details(tip)}${this.#view.mayAct ? this.#actions(tip) : nothing}` : nothing;
    const problem = this.#problem ? html`<p class="error" role="alert">${this.#problem}</p>` : nothing;
    return dialog("tip", tip ? cardName(tip) : label.noun("tip"), html`<div class="tip-dialog">${body}${problem}</div>`, this.hide);
  }

  /** @param {Entity} tip */
  #details({ state }) {
    const { session } = this.#view;
    const names = { session, board: this.#view.board };
    const rows = DETAIL_PATHS.filter((path) => state[path]).map((path) => [label.field(path, "tip"), formatPath(path, state[path], names)]);
    return html`<p class="text" dir="auto">${state.description}</p>
      <p class="said">${[seenText(state), state.seen_at && t("reported {at}", { at: formatMoment(state.received_at) }), label.channel(state.channel)].filter(Boolean).join(" · ")}</p>
      <dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd dir="auto">${value}</dd>`)}
        ${state.assignee ? html`<dt>${label.field("assignee")}</dt><dd>${accountName(session, state.assignee)}</dd>` : nothing}
        ${state.dismissed ? html`<dt>${label.event("tip.dismissed")}</dt><dd dir="auto">${state.dismissed.reason}\u00a0· ${accountName(session, state.dismissed.by)}, ${formatMoment(state.dismissed.at)}</dd>` : nothing}
        ${state.placed ? html`<dt>${label.event("tip.placed")}</dt><dd><a href="/searches/${state.placed.board}/cards/${state.placed.sighting}">${say("sighting", state.placed)}</a>\u00a0· ${
          accountName(session, state.placed.by)}, ${formatMoment(state.placed.at)}</dd>` : nothing}
        ${this.#sourceRow(state)}</dl>`;
  }

  /** @param {State} state */
  #sourceRow({ source, source_kept: isStored }) {
    const details = this.#source;
    return html`<dt>${label.field("source")}</dt><dd>${label.source_kind(source.kind)}${source.sealed ? html`\u00a0· <b class="lock">${t("confidential")}</b>` : nothing}
      ${details ? html`· <span data-testid="tip-source">${knownTexts(details, ["name", "contact"]).join(" · ") || "—"}</span>` : nothing}
      ${isStored && !details && this.#view.mayAct ? html`<button type="button" class="small" data-act="read-source" @click=${this.#readSource}>${t("Show name and contact")}</button> <span class="hint">${t("Viewing is logged.")}</span>` : nothing}</dd>`;
  }

  /** @param {Entity} tip */
  #actions({ state }) {
    if (state.placed) return nothing;
    const { open } = byStatus(this.#view.board.of("search"), {});
    const submit = (/** @type {() => void} */ action) => (/** @type {Event} */ event) => {
      event.preventDefault();
      action();
    };
    const edit = (/** @type {(value: string) => void} */ set) => (/** @type {any} */ event) => {
      set(event.target.value);
      this.#saveDraft();
      this.#view.draw();
    };
    return html`<form data-form="place-tip" @submit=${submit(() => this.#send("tip.place", { search: this.#search }))}>
        <label for="tip-search">${t("Place on the search")}</label>
        <div class="inline"><select id="tip-search" name="search" required @change=${edit((search) => (this.#search = search))}>
          <option value="">${t("Choose a search")}</option>
          ${open.map(({ id, state: { person, reference } }) => html`<option value=${id} ?selected=${id === this.#search}>${shortPersonName(person)} · ${reference}</option>`)}</select>
          <button class="primary" data-act="place" ?disabled=${this.#busy || !this.#search}>${t("Place it")}</button></div>
        <p class="hint">${t("It becomes a sighting there, with its times and its source.")}</p>
      </form>
      ${state.dismissed ? html`<div class="inline"><button type="button" data-act="restore-tip" ?disabled=${this.#busy} @click=${() => this.#send("tip.restore", {})}>${t("Restore")}</button></div>`
        : html`<form data-form="dismiss-tip" @submit=${submit(() => this.#send("tip.dismiss", { reason: this.#reason.trim() }))}>
        <label for="tip-reason">${t("Or dismiss it, because")}</label>
        <div class="inline"><input id="tip-reason" name="reason" type="text" maxlength="400" autocomplete="off" .value=${this.#reason} @input=${edit((reason) => (this.#reason = reason))} />
          <button data-act="dismiss" ?disabled=${this.#busy || !this.#reason.trim()}>${t("Dismiss")}</button></div>
        <p class="hint">${t("It is kept, and suggested again when more is known about a search.")}</p>
      </form>`}`;
  }

  /** Save the typed reason and the chosen search until they are sent. */
  #saveDraft() {
    const stored = draftOf(/** @type {string} */ (this.id)), [text, search] = [this.#reason, this.#search];
    if (text.trim() || search) stored.save({ text, search });
    else stored.clear();
  }

  #readSource = async () => {
    const id = this.id;
    try {
      const source = await get(`/api/v1/tips/${id}/source`);
      if (this.id === id) this.#source = source;
    } catch (error) {
      this.#problem = error instanceof Refusal ? error.message : t("This did not work. Try again.");
    }
    this.#view.draw();
  };

  /** @param {string} name @param {object} data */
  async #send(name, data) {
    this.#busy = true;
    this.#problem = "";
    const id = this.id;
    this.#view.draw();
    try {
      await this.#view.board.send(name, { tip: id, ...data });
      draftOf(/** @type {string} */ (id)).clear();
      if (this.id === id) this.id = null;
    } catch (refusal) {
      const { message, fields, id: command } = /** @type {any} */ (refusal);
      this.#view.board.discard(command);
      this.#problem = Object.values(fields ?? {})[0] ?? message;
    }
    this.#busy = false;
    this.#view.draw();
  }
}
