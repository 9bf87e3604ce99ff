/* Opening a search: a form with a draft, a pending row, and refusals shown in the form. The board opens once the search exists; a person
   who did something else in the meantime gets a link to it. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { dialog } from "../../behaviours/dialog.js";
import { draft } from "../../core/storage/drafts.js";
import { t } from "../../core/i18n.js";
import * as fields from "../../forms/fields.js";
import { Form } from "../../forms/form.js";
import { formOf, rows } from "../../forms/form_row.js";
import { accessBody } from "../../shared/board/search/access_form.js";
import { criteriaRows } from "../../shared/board/search/criteria.js";
import { earlierRows } from "../../shared/board/search/earlier_rows.js";
import { kindRows } from "../../shared/board/card/kind_rows.js";
import { shortPersonName } from "../../format/search_list.js";
import { rememberOpened } from "../../shared/just_opened.js";

const FIRST_FIELDS = ["person.first_name", "person.last_name", "person.age", "person.sex", "kind", "missing_since", "last_seen.text", "lead"];
const DESCRIPTION_FIELDS = ["person.description"];
const APPEARANCE_FIELDS = ["person.clothing", "person.hair", "person.height_cm", "person.build", "person.needs", "person.needs_until"];
const MORE_FIELDS = ["person.eyes", "person.features", "person.birth_date", "reference"];

export class OpenSearch {
  shown = false;
  /** @type {{ id: string, name: string }[]} */ #opened = []; // new searches whose board was not opened automatically
  /** @type {OperationsView} */ #view;
  /** @type {Form} */ #form;

  /** @param {OperationsView} view */
  constructor(view) {
    this.#view = view;
    this.#form = new Form({
      key: "open-search",
      command: { name: "search.open", data: (/** @type {Form} */ form) => form.filled() },
      board: view.board,
      fields: [...fields.facts(), ...fields.access()],
      draft: draft("open-search"),
      defaults: () => ({ access: "desk", members: [view.session.account.id] }),
    });
  }

  get hasDraft() {
    return this.#form.dirty;
  }

  show = () => {
    this.#form.open();
    this.shown = true;
    this.#view.draw();
  };

  hide = () => {
    this.shown = false;
    this.#view.draw();
  };

  /** Links to boards that were not opened automatically. @returns {Notice[]} */
  get notices() {
    return this.#opened.map(({ id, name }) => ({
      kind: "opened", id, title: t("The search for {name} was created.", { name }), text: "", tone: "own",
      actions: html`<a class="button" data-act="open-board" href="/searches/${id}">${t("Open the board")}</a>
        <button type="button" class="plain" data-act="hide-opened" @click=${() => this.#hideNotice(id)}>${t("Hide")}</button>`,
    }));
  }

  /** @param {string} closedId */
  #hideNotice(closedId) {
    this.#opened = this.#opened.filter(({ id }) => id !== closedId);
    this.#view.draw();
  }

  /**
   * Load a refused entry, which the outbox kept across a reload, into the form.
   * @param {any} entry
   */
  takeBack(entry) {
    this.#form.restoreData(entry.data, entry, entry.refusal);
    this.#view.board.discard(entry.id);
    this.show();
  }

  draw() {
    const form = this.#form, moreFields = [...MORE_FIELDS, ...fields.otherFacts(...FIRST_FIELDS, ...DESCRIPTION_FIELDS, ...APPEARANCE_FIELDS, ...MORE_FIELDS)];
    const body = html`<div class="grid">${rows(form, FIRST_FIELDS, this.#view)}</div>
      ${kindRows(form, this.#view)} ${earlierRows(form, this.#view)}
      ${rows(form, DESCRIPTION_FIELDS, this.#view)}
      <div class="grid">${rows(form, APPEARANCE_FIELDS, this.#view)}</div>
      <details class="more" ?open=${moreFields.some((path) => form.isEdited(path) || form.errors[path])}>
        <summary>${t("More…")}</summary><div class="grid">${rows(form, moreFields, this.#view)}</div>
      </details>
      ${criteriaRows(form, this.#view)} ${accessBody(form, this.#view)}`;
    const buttons = html`<span class="hint">${t("Your draft is kept until you send it.")}</span><span class="space"></span>
      <button type="button" data-act="later" @click=${this.hide}>${t("Finish later")}</button>
      <button type="button" data-act="discard" @click=${this.#discard}>${t("Discard draft")}</button>
      <button type="submit" class="primary" data-act="send">${t("Create search")}</button>`;
    return dialog("open-search", t("New search"), formOf(form, "open-search", body, buttons, this.#submit), this.hide);
  }

  #discard = () => {
    this.#form.clear();
    this.hide();
  };

  #submit = async () => {
    const form = this.#form, { board } = this.#view;
    const data = form.command.data(form);
    if (!data) return this.#showErrors();
    const endWatch = watchForInput();
    // The outbox stores the text before the draft is cleared.
    const answer = board.send(form.command.name, data);
    const sent = form.release();
    this.hide();
    try {
      const { opened } = await answer;
      this.#openBoard(/** @type {string} */ (opened), shortPersonName(data.person), endWatch());
    } catch (refusal) {
      endWatch();
      board.discard(/** @type {any} */ (refusal).id);
      form.restore(sent, refusal);
      this.show();
      this.#showErrors();
    }
  };

  /** @param {string} id @param {string} name @param {boolean} isBusy */
  #openBoard(id, name, isBusy) {
    rememberOpened(id);
    if (!isBusy && !this.shown) return location.assign(`/searches/${id}`);
    this.#opened.push({ id, name });
    return this.#view.draw();
  }

  #showErrors() {
    this.#view.focusError = true;
    this.#view.draw();
  }
}

/**
 * Watch for key presses and clicks. Return a function that stops watching and returns true if there were any.
 * @returns {() => boolean}
 */
function watchForInput() {
  const controller = new AbortController(), options = { capture: true, signal: controller.signal };
  let isBusy = false;
  addEventListener("pointerdown", () => (isBusy = true), options);
  addEventListener("keydown", ({ repeat }) => (isBusy ||= !repeat), options);
  return () => {
    controller.abort();
    return isBusy;
  };
}
