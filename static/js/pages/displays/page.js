/* Page of displays, for coordinators: which screens there are, their health, and what they show. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { PageDrawing } from "../../behaviours/page_drawing.js";
import { t } from "../../core/i18n.js";
import { get, orNull } from "../../core/connection/api.js";
import { Refusal } from "../../core/errors.js";
import { settingsDialog, isShown, pairingDialog, revokeDialog } from "./dialogs.js";
import { DISPLAYS, displayRow } from "./display_row.js";
import { announce } from "../../shared/announcer.js";
import { guideLink } from "../../shared/guide_link.js";

const POLL_MS = 3_000; // ms: a stopped display is reported within 15 s
const TIMEOUT_MS = 5_000; // a list of display health is not to be trusted for longer

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
  #acting = false;

  /** @param {HTMLElement} root @param {Session} session @param {Board} board */
  constructor(root, session, board) {
    this.session = session;
    this.board = board;
    this.#drawing = new PageDrawing(root);
    this.board.watch(() => this.#draw());
    setInterval(() => this.#ask(), POLL_MS);
    this.#draw();
    this.#ask();
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
   * Send a change, then list again; announce the result or show the error. One change at a time: a code sent twice would be
   * refused.
   * @param {() => Promise<any>} send
   * @param {(display: any) => string} sentence of the display after the change
   * @returns whether it succeeded
   */
  act = async (send, sentence) => {
    if (this.#acting) return true;
    this.#acting = true;
    const answer = await send().catch((error) => error), done = !(answer instanceof Error);
    this.#acting = false;
    this.fields = answer instanceof Refusal ? answer.fields : {};
    this.problem = done || Object.keys(this.fields).some(isShown) ? null : messageOf(answer);
    if (done) this.#dialog = null;
    this.#draw();
    if (done) announce(sentence(answer));
    await this.#ask();
    return done;
  };

  #ask = async () => {
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
    const standing = this.#displays?.filter((/** @type {{ revoked_at: any }} */ { revoked_at: revoked }) => !revoked) ?? [];
    const revoked = this.#displays?.filter((/** @type {{ revoked_at: any }} */ { revoked_at: at }) => at) ?? [];
    return html`<div class="settings-page displays">
      <header><h1>${t("Displays")}</h1>
        <button class="primary" data-act="pair" @click=${() => this.open("pair")}>${t("Pair a screen")}</button></header>
      <p class="quiet">${t("Open {address} on the screen. It shows a code: enter it here.", { address: `${location.origin}/wall` })}</p>
      ${this.#failed ? html`<p class="problem" role="alert">${t("Displays could not be loaded. This list may be out of date.")}</p>` : nothing}
      ${this.problem && !this.#dialog ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${this.#displays === null ? nothing : standing.length ? html`<ul class="rows" data-testid="displays">
        ${repeat(standing, ({ id }) => id, (display) => displayRow(display, this))}</ul>` : html`<p class="quiet">${t("No displays paired yet.")} ${guideLink("wall")}</p>`}
      ${revoked.length ? html`<details class="revoked"><summary>${t("Removed displays")} <b>${revoked.length}</b></summary>
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

/** @param {Error} error */
const messageOf = (error) => (error instanceof Refusal ? error.message : t("No answer from the server. Check the list to see if it worked. If not, try again."));
