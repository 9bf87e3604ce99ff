/* Page of displays, for coordinators: which screens there are, their health, and what they show. */

import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { Dialogs } from "../../behaviours/dialog.js";
import { keepFocus } from "../../behaviours/keep_focus.js";
import { t } from "../../core/i18n.js";
import { callDisplays } from "./display_api.js";
import { settingsDialog, isShown, pairingDialog, revokeDialog } from "./dialogs.js";
import { displayRow } from "./display_row.js";
import { announce } from "../../shared/announcer.js";

const POLL_MS = 3_000; // ms: a stopped display is reported within 15 s

/**
 * @param {HTMLElement} root
 * @param {Session} session
 * @param {string} boardId
 */
export function mount(root, session, boardId) {
  new DisplaysPage(root, session, session.board(boardId)).connect();
}

/** @typedef {DisplaysPage} DisplaysView what templates are given */

class DisplaysPage {
  /** @type {Session} */ session;
  /** @type {Board} */ board;         // operations board, for the searches' names
  /** @type {any | null} */ at = null;     // server time of the list
  problem = null; // message of the failed action
  fields = {};    // errors by field
  /** @type {HTMLElement} */ #root;
  /** @type {any[] | null} */ #displays = null;
  #failed = false;
  /** @type {any} */ #dialog = null; // {name: "pair" | "change" | "revoke", display?}
  #dialogs;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #acting = false;

  /**
   * @param {HTMLElement} root
   * @param {Session} session
   * @param {Board} board
   */
  constructor(root, session, board) {
    this.#root = root;
    this.session = session;
    this.board = board;
    this.#dialogs = new Dialogs(root);
  }

  connect() {
    this.board.watch(() => this.#draw());
    this.#timer = setInterval(() => this.#ask(), POLL_MS);
    this.#draw();
    this.#ask();
  }

  disconnect() {
    clearInterval(this.#timer);
  }

  // --- for rows and dialogs

  /** @param {string} name */
  open = (name, display = null) => {
    this.problem = null;
    this.fields = {};
    this.#dialog = { name, display };
    this.#draw();
  };

  close = () => {
    this.#dialog = null;
    this.#draw();
  };

  /**
   * Call the API, then list again; announce the result or show the error. One call at a time: a code sent twice would be
   * refused.
   * @param {any} says (display afterwards) -> sentence
   * @param {string} method
   * @param {string} path
   * @param {any} body
   * @returns whether it succeeded
   */
  act = async (method, path, body, says) => {
    if (this.#acting) return true;
    this.#acting = true;
    const { done, body: display, message, fields } = await callDisplays(method, path, body);
    this.#acting = false;
    this.fields = fields ?? {};
    this.problem = done || Object.keys(this.fields).some(isShown) ? null : message;
    if (done) this.#dialog = null;
    this.#draw();
    if (done) announce(says(display));
    await this.#ask();
    return done;
  };

  #ask = async () => {
    const { done, body } = await callDisplays("GET", "");
    if (done && this.at > body.at) return; // a newer list arrived first
    this.#failed = !done;
    if (done) [this.#displays, this.at] = [body.displays, body.at];
    this.#draw();
  };

  #draw() {
    keepFocus(this.#root, () => render(this.#page(), this.#root));
    this.#dialogs.settle();
  }

  #page() {
    const standing = this.#displays?.filter((/** @type {{ revoked_at: any }} */ { revoked_at: revoked }) => !revoked) ?? [];
    const revoked = this.#displays?.filter((/** @type {{ revoked_at: any }} */ { revoked_at: at }) => at) ?? [];
    return html`<div class="settings-page displays">
      <header><h1>${t("Displays")}</h1>
        <button class="primary" data-act="pair" @click=${() => this.open("pair")}>${t("Pair a screen")}</button></header>
      <p class="quiet">${t("Open {address} on the screen: it shows a code, which is typed here.", { address: `${location.origin}/wall` })}</p>
      ${this.#failed ? html`<p class="problem" role="alert">${t("The displays can’t be read now. What is listed may have changed.")}</p>` : nothing}
      ${this.problem && !this.#dialog ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${this.#displays === null ? nothing : standing.length ? html`<ul class="rows" data-testid="displays">
        ${repeat(standing, ({ id }) => id, (display) => displayRow(display, this))}</ul>` : html`<p class="quiet">${t("No screen is paired.")}</p>`}
      ${revoked.length ? html`<details class="revoked"><summary>${t("Revoked")} <b>${revoked.length}</b></summary>
        <ul class="rows">${repeat(revoked, ({ id }) => id, (display) => displayRow(display, this))}</ul></details>` : nothing}
      ${this.#opened()}
    </div>`;
  }

  #opened() {
    if (!this.#dialog) return nothing;
    const { name, display } = this.#dialog;
    /** @type {Record<string, (view: DisplaysView, display: any) => any>} */
    const dialogs = { pair: pairingDialog, change: settingsDialog, revoke: revokeDialog };
    return dialogs[name](this, display);
  }
}
