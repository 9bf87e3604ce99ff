/** Past board of a search: the view that the live templates (pages/search/page.js) expect, without changes. */

import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { RelativeTimes } from "../../behaviours/relative_times.js";
import { BOARD, CardUrl, LOG, hashOf } from "../../behaviours/card_url.js";
import { t } from "../../core/i18n.js";
import { day, serverNow } from "../../core/time.js";
import { columns } from "../../shared/board/card/columns.js";
import { phoneHeader, searchHeader } from "../../shared/board/search/search_header.js";
import { CardHistory } from "../../shared/board/card/card_history.js";
import { badgesOfNotes, overdueAt } from "../../shared/board/card/card_badges.js";
import { cardPanel } from "../../shared/board/card/card_panel.js";
import { detailsView } from "../../shared/board/search/details_view.js";
import { WIDE, latestSignificant } from "../../shared/board/what_happened.js";
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
  /** @type {BoardView["ui"]} */ ui;
  drawn = true;
  pictured = true;
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
    this.ui = { card, column: null, view: BOARD };
    this.authors = { get: (/** @type {any} */ note) => replay.past.authorOf(note) };
    this.#address = new CardUrl(this.board.id, (card, view) => this.#onUrl({ card, view }));
    this.ui.view = this.#address.view;
    const log = () => this.#show(LOG);
    const showColumn = (/** @type {string} */ column) => this.#onUrl({ column });
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
    this.#address.open(card);
    this.#focus = ".panel";
    this.#replay.draw();
  }

  close() {
    this.#focus = this.ui.view === LOG ? ".details-view" : `[data-card="${CSS.escape(/** @type {string} */ (this.ui.card))}"] a`;
    this.ui.card = null;
    this.#address.close();
    this.#replay.draw();
  }

  // --- for templates

  get title() {
    const state = this.model?.search?.state;
    return state ? `${t("Past")} · ${state.person.first_name} · ${state.reference} · Searchboard` : `${t("Past")} · Searchboard`;
  }

  /** @param {string} [card] the open one, in the view that is shown, unless another is asked for */
  path(card) {
    return card ? this.#address.path(card) : this.#address.path(this.ui.card) + hashOf(this.ui.view);
  }

  get happened() {
    return WIDE.matches ? latestSignificant(this.#replay.past.events) : null;
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
        <div class="board-main">${this.ui.view === LOG ? detailsView(this) : columns(this)}</div>
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
    const { view } = this.ui;
    return html`<div class="tools past-tools" data-testid="tools"><div class="views" role="group" aria-label=${t("Views")}>
      <button type="button" data-act="board" aria-pressed=${view === BOARD ? "true" : "false"} @click=${() => this.#show(BOARD)}>${t("Board")}</button>
      <button type="button" data-act="log" aria-pressed=${view === LOG ? "true" : "false"} @click=${this.act.log}>${t("Details and log")}</button></div>
    </div>`;
  }

  /** @param {BoardViewName} view */
  #show(view) {
    if (view === this.ui.view) return this.isOpen ? this.close() : undefined;
    this.#address.show(view);
    return this.#onUrl({ card: null, view });
  }

  /** @param {Partial<PastSearch["ui"]>} shown */
  #onUrl(shown) {
    Object.assign(this.ui, shown);
    this.#replay.draw();
  }
}
