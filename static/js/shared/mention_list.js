/**
 * List of people under a text field, once somebody types `@`: it offers the names that start with the characters after it. Arrow keys
 * select, Enter or Tab inserts the selected name, Escape closes. It inserts the full name, by which the server finds the mention
 * (board/commands/cards/mentions.py).
 */
import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { n, t } from "../core/i18n.js";
import { searchableText, tokenize } from "../core/rules/text_filter.js";
import { STEPS, Selection } from "../forms/selection.js";

const MAX_SHOWN = 6;
const MENTION = /(?<![\p{L}\p{N}_.@])@([\p{L}\p{M}'’-]{0,30}(?: [\p{L}\p{M}'’-]{0,30}){0,2})$/u;
const ANY_MENTION = /(?<![\p{L}\p{N}_.@])@(?=[\p{L}\p{N}])/u;
const MAX_LENGTH = 100; // characters before the caret that may be a mention
const GAP_PX = 4, WIDTH_PX = 280; // as in the style sheet

/** Return true if a text may contain a mention; the server resolves it. @param {string | null | undefined} text */
export const mayMention = (text) => ANY_MENTION.test(text ?? "");

/** @param {Session} session */
export const mount = (session) => void new MentionList(session);

class MentionList {
  #session;
  #root = document.createElement("div");
  /** @type {HTMLTextAreaElement | null} */ #field = null;
  /** @type {Account[]} */ #people = [];
  #selection = new Selection();
  #at = -1; // position of the `@`
  #closedAt = -1; // position of an `@` that needs no list: it was closed, or a name was inserted

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
    this.#root.className = "mention-list";
    document.addEventListener("input", ({ target }) => target instanceof HTMLTextAreaElement && this.#update(target));
    document.addEventListener("focusout", () => this.#close());
    // runs before the handlers of forms, dialogs and pages, which must not handle the same key
    document.addEventListener("keydown", (event) => this.#onKeydown(event), { capture: true });
  }

  /** @param {HTMLTextAreaElement} field */
  #update(field) {
    const { selectionStart: caret, value } = field;
    const match = MENTION.exec(value.slice(Math.max(0, caret - MAX_LENGTH), caret));
    const at = match ? caret - match[0].length : -1;
    if (at !== this.#closedAt) this.#closedAt = -1;
    const people = match && this.#closedAt < 0 ? this.#matching(match[1]) : [];
    if (!people.length) return this.#close();
    this.#field = field;
    this.#people = people;
    this.#selection.clear();
    this.#at = at;
    return this.#draw();
  }

  /**
   * Return the people whose names contain a word that starts with each typed word.
   * @param {string} typed
   * @returns {Account[]}
   */
  #matching(typed) {
    const words = tokenize(typed), ownId = this.#session.account.id;
    const matches = (/** @type {Account} */ { name }) => {
      const names = searchableText([name]).split(/[\s-]+/);
      return words.every((word) => names.some((/** @type {string} */ namePart) => namePart.startsWith(word)));
    };
    /** @type {Account[]} */
    const accounts = [...this.#session.accounts.values()];
    return accounts.filter((account) => account.enabled && !account.machine && account.id !== ownId && matches(account)).sort((a, b) => a.name.localeCompare(b.name)).slice(0, MAX_SHOWN);
  }

  get #options() {
    return this.#people.map(({ id }) => ({ key: id }));
  }

  get #active() {
    return this.#selection.indexIn(this.#options);
  }

  /** @param {KeyboardEvent} event */
  #onKeydown(event) {
    if (!this.#field || event.target !== this.#field || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const person = this.#people[this.#active];
    if (STEPS[event.key]) this.#selection.walk(this.#options, STEPS[event.key]);
    else if (event.key === "Escape") return this.#dismiss(event);
    else if (person && (event.key === "Enter" || event.key === "Tab") && !event.shiftKey) return this.#insert(person, event);
    else return;
    stop(event);
    this.#draw();
  }

  /** @param {Event} event */
  #dismiss(event) {
    stop(event);
    this.#closedAt = this.#at;
    this.#close();
  }

  /** @param {Account} person @param {Event} event */
  #insert({ name }, event) {
    stop(event);
    const field = /** @type {HTMLTextAreaElement} */ (this.#field);
    field.setRangeText(`@${name} `, this.#at, field.selectionStart, "end");
    this.#closedAt = this.#at;
    this.#close();
    field.dispatchEvent(new Event("input", { bubbles: true })); // updates the form
  }

  #close() {
    if (!this.#field) return;
    for (const name of ["aria-autocomplete", "aria-controls", "aria-activedescendant"]) this.#field.removeAttribute(name);
    this.#field = null;
    this.#root.remove();
  }

  #draw() {
    const field = /** @type {HTMLTextAreaElement} */ (this.#field), active = this.#active;
    render(html`<ul role="listbox" id="mention-list" aria-label=${t("People to mention")}>
      ${this.#people.map((person, index) => html`<li role="option" id="mention-${index}" data-mention=${person.id} aria-selected=${index === active ? "true" : "false"}
        @pointerdown=${(/** @type {Event} */ event) => event.preventDefault()} @click=${(/** @type {Event} */ event) => this.#insert(person, event)}>${person.name}</li>`)}
    </ul><p class="visually-hidden" role="status">${this.#root.isConnected ? nothing : n("{count} person to mention: select with the arrow keys", "{count} people to mention: select with the arrow keys", this.#people.length)}</p>`, this.#root);
    if (!this.#root.isConnected) (field.closest("dialog") ?? document.body).append(this.#root); // elements outside an open dialog cannot be clicked
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", "mention-list");
    if (active < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", `mention-${active}`);
    this.#place(field);
  }

  /**
   * Place the list under the field, or above it if there is no space.
   * @param {HTMLTextAreaElement} field
   */
  #place(field) {
    const { left, top, bottom } = field.getBoundingClientRect(), { offsetHeight: height } = this.#root;
    const isAbove = bottom + GAP_PX + height > innerHeight && top - GAP_PX - height > 0;
    this.#root.style.setProperty("--mention-left", `${Math.max(GAP_PX, Math.min(left, innerWidth - WIDTH_PX - GAP_PX))}px`);
    this.#root.style.setProperty("--mention-top", `${isAbove ? top - GAP_PX - height : Math.min(bottom + GAP_PX, innerHeight - height - GAP_PX)}px`);
  }
}

/** @param {Event} event */
function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}
