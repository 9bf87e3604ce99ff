/** "Since you left" page: net changes and events by board, and marking them as seen. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { PageDrawing } from "../../behaviours/page_drawing.js";
import { n, t } from "../../core/i18n.js";
import { pageName, pageTitle } from "../../core/rules/pages.js";
import { shortPersonName } from "../../format/search_list.js";
import { STATUSES, byGravity } from "../../format/search_order.js";
import { MarkSeen } from "./mark_seen.js";
import { UnseenEvents } from "./unseen_events.js";
import { section } from "./board_section.js";

const OPERATIONS = "operations";
const OPEN_AT_START = 5; // boards
const READ_PERIOD_MS = 5_000; // shortest period while boards change

/** @param {HTMLElement} root @param {Session} session */
export const mount = (root, session) => new UnseenPage(root, session);

export class UnseenPage {
  /** @type {Session} */ session;
  /** @type {Board} */ board;
  unseen;
  #marking;
  #drawing;
  /** @type {any} */ #open = new Map(); // ID of a board -> true if it is open, as the user chose
  /** @type {any | null} */ #openAtStart = null;     // IDs of the boards that are open at the start
  #readAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {HTMLElement} root @param {Session} session */
  constructor(root, session) {
    this.session = session;
    this.board = session.board(OPERATIONS);
    this.unseen = new UnseenEvents(session, () => this.#onEvents());
    this.#marking = new MarkSeen(() => this.draw(), () => this.unseen.read());
    this.#drawing = new PageDrawing(root);
    root.classList.add("unseen-page");
    this.board.watch(() => this.#onEvents());
    this.session.watch(() => this.draw());
    this.draw();
  }

  draw() {
    this.#drawing.draw(this.#page());
  }

  // --- for templates

  /**
   * "Noor V. · 2026-0004"; null if the search is not visible, or no longer.
   * @param {string} board
   */
  titleOf(board) {
    if (board === OPERATIONS) return pageName("operations");
    const search = this.board.get(board);
    return search ? `${shortPersonName(search.state.person)} · ${search.state.reference}` : null;
  }

  /** @param {any} entry */
  isOpen(entry) {
    return this.#open.get(entry.board) ?? (entry.seen !== null && this.#openAtStart.has(entry.board));
  }

  /** @param {any} entry */
  toggle(entry) {
    this.#open.set(entry.board, !this.isOpen(entry));
    this.draw();
  }

  /** @param {any} entries @param {any} what */
  markSeen(entries, what) {
    this.#marking.add(entries.map((/** @type {{ board: string, epoch: any, seq: number }} */ { board, epoch, seq }) => ({ board, epoch, seq })), what);
  }

  // --- drawing

  #page() {
    const { list, failed } = this.unseen;
    if (failed) return html`<p class="unseen-empty" role="alert">${t("New events could not be loaded.")} <button type="button" data-act="read-again" @click=${() => this.unseen.read()}>${t("Try again")}</button></p>`;
    if (list === null || this.board.seq === null) return html`<p class="unseen-empty" role="status">${t("Loading…")}</p>`;
    const shown = this.#shown(list);
    this.#openAtStart ??= new Set(shown.slice(0, OPEN_AT_START).map((/** @type {{ board: string }} */ { board }) => board));
    for (const entry of shown) if (this.isOpen(entry)) this.unseen.load(entry);
    return html`
      <header class="unseen-header">
        <h1>${pageTitle("since")}</h1>
        <p class="quiet">${summary(shown, list)} ${shown.length ? nothing : html`<a href="/history">${t("Look further back in the history")}</a>`}</p>
        <span class="space"></span>
        ${shown.length ? html`<button type="button" class="primary" data-act="all-seen" @click=${() => this.markSeen(shown, t("All marked as seen"))}>${t("Mark all as seen")}</button>` : nothing}
      </header>
      ${repeat(shown, ({ board }) => board, (entry) => section(entry, this))}
      ${this.#undoNotice()}`;
  }

  /**
   * Return the boards with unseen events: first the operations board, then the searches that this person has opened
   * before, then all other searches. Searches are sorted by status and gravity.
   * @param {any} list
   */
  #shown(list) {
    const unseen = list.filter((/** @type {{ board: string, seq: number, events: JournalEvent[] }} */ { board, seq, events }) => events && this.titleOf(board) && !this.#marking.has(board, seq));
    return unseen.sort((/** @type {any} */ a, /** @type {any} */ b) => rank(a) - rank(b) || this.#byUrgency(a, b));
  }

  /** @param {{ board: string, events: number }} a @param {{ board: string, events: number }} b */
  #byUrgency(a, b) {
    const [first, second] = [this.board.get(a.board), this.board.get(b.board)];
    if (!first || !second) return 0; // the operations board, which is the only one of its rank
    const statuses = STATUSES.indexOf(first.state.status) - STATUSES.indexOf(second.state.status);
    return statuses || (first.state.status === "open" ? byGravity(this.board.summaries)(first, second) : b.events - a.events);
  }

  #undoNotice() {
    const { notice, failed } = this.#marking;
    if (failed) return html`<div class="undo refused" role="alert" data-testid="undo"><p>${t("Could not save this. It is still marked as new.")}</p></div>`;
    if (!notice) return nothing;
    return html`<div class="undo offered" role="status" data-testid="undo"><p>${notice}</p>
      <button type="button" data-act="undo-seen" @click=${() => this.#marking.undo()}>${t("Undo")}</button></div>`;
  }

  #onEvents() {
    const isBehind = this.unseen.isBehind((/** @type {string} */ board) => (board === OPERATIONS ? this.board.seq : /** @type {any} */ (this.board.summaries.get(board)?.last)?.seq));
    if (isBehind) this.#timer ??= setTimeout(() => this.#readAgain(), Math.max(0, this.#readAt + READ_PERIOD_MS - performance.now()));
    this.draw();
  }

  #readAgain() {
    this.#timer = undefined;
    this.#readAt = performance.now();
    this.unseen.read();
  }
}

/** @param {{ board: string, seen: any }} entry */
const rank = ({ board, seen }) => (seen === null ? 2 : board === OPERATIONS ? 0 : 1);

/** @param {any} shown @param {any} list */
function summary(shown, list) {
  if (!shown.length) return t("Nothing new. You are up to date.");
  return n("New events on {count} of {all} boards.", "New events on {count} of {all} boards.", shown.length, { all: list.length });
}
