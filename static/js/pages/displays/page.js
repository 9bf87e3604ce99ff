/* Page of displays, for coordinators: the screens, their health, and their content. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { PageDrawing } from "../../behaviours/page_drawing.js";
import { t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { get, orNull } from "../../core/connection/api.js";
import { Refusal } from "../../core/errors.js";
import { settingsDialog, isShown, pairingDialog, revokeDialog } from "./dialogs.js";
import { DISPLAYS, displayRow } from "./display_row.js";
import { announce } from "../../shared/announcer.js";
import { guideLink } from "../../shared/guide_link.js";

const POLL_MS = 3_000; // ms: a stopped display is reported within 15 s
const TIMEOUT_MS = 5_000; // an older list of display health is not reliable

/** @param {HTMLElement} root @param {Session} session @param {string} boardId */
export const mount = (root, session, boardId) => new DisplaysPage(root, session, session.board(boardId));

export class DisplaysPage {
  /** @type {Session} */ session;
  /** @type {Board} */ board;         // operations board, for the searches' names
  /** @type {any | null} */ at = null;     // server time of the list
  /** @type {string | null} */ problem = null; // message of the failed action
  fields = {};    // errors by field
  /** @type {any[] | null} */ #displays = null;
  #failed = false;
  /** @type {any} */ #dialog = null; // {name: "pair" | "change" | "revoke", display?}
  #drawing;
  #isSending = false;

  /** @param {HTMLElement} root @param {Session} session @param {Board} board */
  constructor(root, session, board) {
    this.session = session;
    this.board = board;
    this.#drawing = new PageDrawing(root);
    this.board.watch(() => this.#draw());
    setInterval(() => this.#load(), POLL_MS);
    this.#draw();
    this.#load();
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
   * Send a change, then reload the list; announce the result or show the error. One change at a time: a code that is sent twice would
   * be refused.
   * @param {() => Promise<any>} send
   * @param {(display: any) => string} sentence sentence about the changed display
   * @returns true if it succeeded
   */
  act = async (send, sentence) => {
    if (this.#isSending) return true;
    this.#isSending = true;
    const answer = await send().catch((error) => error), isDone = !(answer instanceof Error);
    this.#isSending = false;
    this.fields = answer instanceof Refusal ? answer.fields : {};
    this.problem = isDone || Object.keys(this.fields).some(isShown) ? null : messageOf(answer);
    if (isDone) this.#dialog = null;
    this.#draw();
    if (isDone) announce(sentence(answer));
    await this.#load();
    return isDone;
  };

  #load = async () => {
    const answer = await orNull(get(DISPLAYS, { timeoutMs: TIMEOUT_MS, repeat: false }));
    if (answer && this.at > answer.at) return; // a newer list arrived first
    this.#failed = answer === null;
    if (answer) [this.#displays, this.at] = [answer.displays, answer.at];
    this.#draw();
  };

  #draw() {
    this.#drawing.draw(this.#page());
  }

  #page() {
    const active = this.#displays?.filter((/** @type {{ revoked_at: any }} */ { revoked_at: revoked }) => !revoked) ?? [];
    const revoked = this.#displays?.filter((/** @type {{ revoked_at: any }} */ { revoked_at: at }) => at) ?? [];
    return html`<div class="settings-page displays">
      <header><h1>${pageTitle("displays")}</h1>
        <button class="primary" data-act="pair" @click=${() => this.open("pair")}>${t("Pair a screen")}</button></header>
      <p class="quiet">${t("Open {address} on the screen. It shows a code: enter it here.", { address: `${location.origin}/wall` })}</p>
      ${this.#failed ? html`<p class="problem" role="alert">${t("Displays could not be loaded. This list may be out of date.")}</p>` : nothing}
      ${this.problem && !this.#dialog ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${this.#displays === null ? nothing : active.length ? html`<ul class="rows" data-testid="displays">
        ${repeat(active, ({ id }) => id, (display) => displayRow(display, this))}</ul>` : html`<p class="quiet">${t("No displays paired yet.")} ${guideLink("wall")}</p>`}
      ${revoked.length ? html`<details class="revoked"><summary>${t("Removed displays")} <b>${revoked.length}</b></summary>
        <ul class="rows">${repeat(revoked, ({ id }) => id, (display) => displayRow(display, this))}</ul></details>` : nothing}
      ${this.#openDialog()}
    </div>`;
  }

  #openDialog() {
    if (!this.#dialog) return nothing;
    const { name, display } = this.#dialog;
    /** @type {Record<string, (view: DisplaysView, display: any) => any>} */
    const dialogs = { pair: pairingDialog, change: settingsDialog, revoke: revokeDialog };
    return dialogs[name](this, display);
  }
}

/** @param {Error} error */
const messageOf = (error) => (error instanceof Refusal ? error.message : t("No answer from the server. Check the list to see if it worked. If not, try again."));
