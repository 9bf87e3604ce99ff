/** Past board of a search: the view that the live templates (pages/search/page.js) expect, without changes. */

import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { RelativeTimes } from "../../behaviours/relative_times.js";
import { CardUrl } from "../../behaviours/card_url.js";
import { t } from "../../core/i18n.js";
import { day, serverNow } from "../../core/time.js";
import { columns } from "../../shared/board/columns.js";
import { phoneHeader, searchHeader } from "../../shared/board/search_header.js";
import { CardHistory } from "../../shared/board/card_history.js";
import { badgesOfNotes, overdueAt } from "../../shared/board/card_badges.js";
import { LOG, cardPanel } from "../../shared/board/card_panel.js";
import { BoardPage } from "../../shared/board/board_page.js";
import { boardViewModel } from "../../shared/board/board_view_model.js";

const BAR = /** @type {HTMLElement} */ (document.querySelector("[data-bar-child]")); // in the bar of the page, shown on a phone

export class PastSearch extends BoardPage {
  /** @type {true} */ past = true;
  page = "search-page";
  /** @type {false} */ mayRead = false; // past boards show no sources
  /** @type {false} */ mayNote = false;
  /** @type {false} */ mayEdit = false;
  /** @type {false} */ mayLead = false;
  /** @type {any[]} */ walked = []; // Arrow keys as on the live board.
  ui;
  drawn = true;
  undo = { may: () => false, undo() {} };
  /** @type {ReplayView} */ #replay;
  #barClock;
  /** @type {CardUrl} */ #address;
  /** @type {string | null} */ #focus = null; // selector of what was opened or closed, to focus

  /** @param {ReplayView} replay @param {any} card */
  constructor(replay, card) {
    super();
    this.#replay = replay;
    this.session = replay.session;
    this.#barClock = new RelativeTimes(BAR, () => new Date(replay.past.time));
    this.board = replay.past.board;
    this.ui = { card, column: null };
    this.authors = { get: (/** @type {any} */ note) => replay.past.authorOf(note) };
    this.#address = new CardUrl(this.board.id, (/** @type {any} */ card) => this.#onCardUrl(card));
    const log = () => (this.ui.card === LOG ? this.close() : this.openCard(LOG));
    const showColumn = (/** @type {string} */ column) => this.#onCardUrl(this.ui.card, column);
    this.act = { close: () => this.close(), openCard: (/** @type {any} */ card) => this.openCard(card), log, showColumn, readHistory: () => {} };
  }

  /**
   * Put the moment into the URL, beside the card.
   * @param {any} query
   */
  ask(query) {
    this.#address.ask(query);
  }

  // --- open card

  get isOpen() {
    return this.ui.card !== null;
  }

  /** @param {any} card */
  openCard(card) {
    this.ui.card = card;
    if (card !== LOG) this.#address.open(card);
    this.#focus = ".panel";
    this.#replay.draw();
  }

  close() {
    this.#focus = `[data-card="${CSS.escape(this.ui.card)}"] a`;
    this.ui.card = null;
    this.#address.close();
    this.#replay.draw();
  }

  // --- for templates

  get title() {
    const state = this.model?.search?.state;
    return state ? `${t("Past")} · ${state.person.first_name} · ${state.reference} · Searchboard` : `${t("Past")} · Searchboard`;
  }

  path(card = this.ui.card === LOG ? null : this.ui.card) {
    return this.#address.path(card);
  }

  /** @param {string} id */
  historyOf(id) {
    return Object.assign(new CardHistory(this.board.id, id), { state: "read", events: this.#replay.past.eventsOf(id) });
  }

  // --- drawing

  /** Read the moment's states before a draw. */
  look() {
    this.model = boardViewModel(this.board);
    const isOverdue = overdueAt(this.board, new Date(this.#replay.past.time).toISOString());
    Object.assign(this.marks, { noteBadges: badgesOfNotes(this.board), today: day(serverNow()), isOverdue });
  }

  /** @param {any} beside drawn while no card is open */
  template(beside) {
    if (!this.model.search) return html`<p class="erased">${t("The details of this search at that time have been erased.")}</p>`;
    return html`${searchHeader(this)}
      ${this.#tools()}
      <div class="board-layout">
        <div class="board-main">${columns(this)}</div>
        ${this.isOpen ? cardPanel(this) : beside}
      </div>`;
  }

  /** Move the focus after a draw. */
  settle() {
    render(this.model?.search ? phoneHeader(this) : nothing, BAR);
    this.#barClock.tick();
    if (!this.#focus) return;
    document.querySelector(this.#focus)?.focus({ preventScroll: true });
    this.#focus = null;
  }

  #tools() {
    const isLog = this.ui.card === LOG;
    return html`<div class="tools past-tools" data-testid="tools"><div class="views" role="group" aria-label=${t("Views")}>
      <button type="button" data-act="board" aria-pressed=${isLog ? "false" : "true"} @click=${() => isLog && this.act.log()}>${t("Board")}</button>
      <button type="button" data-act="log" aria-pressed=${isLog ? "true" : "false"} @click=${this.act.log}>${t("Details and log")}</button></div>
    </div>`;
  }

  /** @param {any} card */
  #onCardUrl(card, column = /** @type {string | null} */ (this.ui.column)) {
    Object.assign(this.ui, { card, column });
    this.#replay.draw();
  }
}
