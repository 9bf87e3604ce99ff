/** Past board of a search: a read-only view for the live templates (pages/search/page.js). */

import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { RelativeTimes } from "../../behaviours/relative_times.js";
import { BOARD, CardUrl, LOG, MAP, TIMELINE, hashOf } from "../../behaviours/card_url.js";
import { t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { day, serverNow } from "../../core/time.js";
import { columns } from "../../shared/board/card/columns.js";
import { phoneHeader, searchHeader } from "../../shared/board/search/search_header.js";
import { CardHistory } from "../../shared/board/card/card_history.js";
import { badgesOfNotes, overdueAt } from "../../shared/board/card/card_badges.js";
import { cardPanel } from "../../shared/board/card/card_panel.js";
import { detailsView } from "../../shared/board/search/details_view.js";
import { Contradictions } from "../../shared/contradictions.js";
import { Reaches } from "../../shared/reach.js";
import { WIDE, latestSignificant } from "../../shared/board/what_happened.js";
import { BoardPage } from "../../shared/board/board_page.js";
import { LazyMap } from "../../shared/map/lazy_map.js";
import { TimelineView } from "../../shared/timeline/timeline_view.js";
import { boardViewModel } from "../../shared/board/board_view_model.js";

const READ_EVERY_MS = 400; // the timeline, while the slider moves
const BAR = /** @type {HTMLElement} */ (document.querySelector("[data-bar-child]")); // part of the page header, only shown on phones

export class PastSearch extends BoardPage {
  /** @type {true} */ past = true;
  page = "search-page";
  /** @type {false} */ mayRead = false; // past boards show no sources
  /** @type {false} */ mayNote = false;
  /** @type {false} */ mayEdit = false;
  /** @type {false} */ mayLead = false;
  /** @type {any[]} */ walked = []; // arrow keys as on the live board
  /** @type {BoardView["ui"]} */ ui;
  drawn = true;
  pictured = true;
  undo = { may: () => false, undo() {} };
  /** @type {ReplayView} */ #replay;
  #barClock;
  #map;
  #timeline;
  /** @type {CardUrl} */ #address;
  /** @type {string | null} */ #focus = null; // selector of the element to focus after opening or closing

  /** @param {ReplayView} replay @param {any} card */
  constructor(replay, card) {
    super();
    this.#replay = replay;
    this.session = replay.session;
    this.#map = new LazyMap(() => replay.draw());
    this.#barClock = new RelativeTimes(BAR, () => new Date(replay.past.time));
    this.board = replay.past.board;
    this.contradictions = new Contradictions(this.board.id, replay.draw);
    this.reaches = new Reaches(this.board.id, replay.draw);
    this.ui = { card, column: null, view: BOARD };
    this.#timeline = new TimelineView({
      board: this.board.id, root: replay.root, draw: replay.draw, contradictions: this.contradictions, readEveryMs: READ_EVERY_MS,
      path: (card) => this.path(card), open: (event, card) => this.open(event, card),
    });
    this.authors = { get: (/** @type {any} */ note) => replay.past.authorOf(note) };
    this.#address = new CardUrl(this.board.id, (card, view) => this.#onUrl({ card, view }));
    this.ui.view = this.#address.view;
    const log = () => this.#show(LOG);
    const showColumn = (/** @type {string} */ column) => this.#onUrl({ column });
    this.act = { close: () => this.close(), openCard: (/** @type {any} */ card) => this.openCard(card), log, showColumn, readHistory: () => {} };
  }

  /**
   * Put the moment into the URL, next to the card.
   * @param {any} query
   */
  setQuery(query) {
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
    const card = CSS.escape(/** @type {string} */ (this.ui.card));
    this.#focus = this.ui.view === LOG ? ".details-view" : `:is([data-card="${card}"], [data-row="${card}"]) a`;
    this.ui.card = null;
    this.#address.close();
    this.#replay.draw();
  }

  // --- for templates

  get title() {
    const state = this.model?.search?.state;
    return state ? `${pageTitle("replay")} · ${state.person.first_name} · ${state.reference} · Searchboard` : `${pageTitle("replay")} · Searchboard`;
  }

  get moment() {
    return Number(new Date(this.#replay.past.time));
  }

  /** @param {string} [card] without it, the open card in the current view */
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

  /** Read the states of the moment before each draw. */
  prepare() {
    this.model = boardViewModel(this.board);
    if (this.board.seq) this.contradictions.load(this.board, this.board.seq);
    if (this.board.seq && this.ui.view === TIMELINE) this.#timeline.load(this.board.seq);
    const isOverdue = overdueAt(this.board, new Date(this.#replay.past.time).toISOString());
    Object.assign(this.marks, { noteBadges: badgesOfNotes(this.board), today: day(serverNow()), isOverdue });
  }

  /** @param {any} sidePanel drawn while no card is open */
  template(sidePanel) {
    if (!this.model.search) return html`<p class="erased">${t("The details of this search at that time have been erased.")}</p>`;
    return html`${searchHeader(this)}
      ${this.#tools()}
      <div class="board-layout">
        <div class="board-main">${this.#main()}</div>
        ${this.isOpen ? cardPanel(this) : sidePanel}
      </div>`;
  }

  #main() {
    if (this.ui.view === MAP) return this.#map.template(this);
    if (this.ui.view === TIMELINE) return html`<div class="timeline-part">${this.#timeline.template()}</div>`;
    return this.ui.view === LOG ? detailsView(this) : columns(this);
  }

  /** Move the focus after each draw. */
  settle() {
    render(this.model?.search ? phoneHeader(this) : nothing, BAR);
    this.#barClock.tick();
    if (this.ui.view === TIMELINE) this.#timeline.settle();
    if (!this.#focus) return;
    document.querySelector(this.#focus)?.focus({ preventScroll: true });
    this.#focus = null;
  }

  #tools() {
    const choice = (/** @type {BoardViewName} */ name, /** @type {string} */ text) => html`<button type="button" data-act=${name} aria-pressed=${String(this.ui.view === name)} @click=${() => this.#show(name)}>${text}</button>`;
    return html`<div class="tools past-tools" data-testid="tools"><div class="views" role="group" aria-label=${t("Views")}>
      ${choice(BOARD, t("Board"))}${choice(MAP, pageTitle("map"))}${choice(TIMELINE, pageTitle("timeline"))}${choice(LOG, t("Details and log"))}</div>
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
