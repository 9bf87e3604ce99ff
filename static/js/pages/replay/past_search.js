/** Past board of a search: the view that the live templates (pages/search/page.js) expect, without changes. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { CardUrl } from "../../behaviours/card_url.js";
import { t } from "../../core/i18n.js";
import { cardName } from "../../format/values.js";
import { day, serverNow } from "../../core/time.js";
import { columns } from "../../shared/board/columns.js";
import { hasHeaderChanged, searchHeader } from "../../shared/board/search_header.js";
import { CardHistory } from "../../shared/board/card_history.js";
import { isDone, badgesOfNotes } from "../../shared/board/card_badges.js";
import { LOG, cardPanel } from "../../shared/board/card_panel.js";
import { boardViewModel } from "../../shared/board/board_view_model.js";

/** @type {any[]} */
const NOBODY = [];

export class PastSearch {
  /** @type {true} */ past = true;
  page = "search-page";
  /** @type {false} */ mayRead = false; // past boards show no sources
  /** @type {false} */ mayNote = false;
  /** @type {false} */ mayEdit = false;
  /** @type {false} */ mayLead = false;
  /** @type {any[]} */ walked = []; // Arrow keys as on the live board.
  /** @type {any} */ model = null; // a BoardViewModel, once the moment was read
  ui;
  drawn = true;
  lastBadge = new Map();
  /** @type {Map<string, any>} */ sources = new Map();
  /** @type {Pick<CardBadges, "today" | "drafts" | "noteBadges" | "isShown">} */ marks = { today: "", drafts: new Set(), noteBadges: new Map(), isShown: () => true };
  undo = { may: () => false, undo() {} };
  /** @type {ReplayView} */ #replay;
  /** @type {CardUrl} */ #address;
  /** @type {string | null} */ #focus = null; // selector of what was opened or closed, to focus

  /**
   * @param {ReplayView} replay
   * @param {any} card
   */
  constructor(replay, card) {
    this.#replay = replay;
    this.session = replay.session;
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

  /**
   * @param {any} event
   * @param {any} card
   */
  open(event, card) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
    event.preventDefault();
    this.openCard(card);
  }

  /** @param {string} id */
  badgeOf(id) {
    return this.board.badges.get(id) ?? this.marks.noteBadges.get(id);
  }

  presentOn() {
    return NOBODY;
  }

  /** @param {any} card */
  notesOf(card) {
    return this.model.notes.get(card === LOG ? null : card) ?? [];
  }

  /** @param {string} id */
  historyOf(id) {
    return Object.assign(new CardHistory(this.board.id, id), { state: "read", events: this.#replay.past.eventsOf(id) });
  }

  /** @param {string} column */
  isDone(column) {
    return isDone(this.board, column);
  }

  things() {
    return [...(this.model?.byId.values() ?? [])].map(({ id, kind, state }) => ({
      id, number: state.number, title: `${cardName({ kind, state })} · ${state.description ?? state.title}`, run: () => this.openCard(id),
    }));
  }

  // --- drawing

  /** Read the moment's states before a draw. */
  look() {
    this.model = boardViewModel(this.board);
    this.marks = { ...this.marks, noteBadges: badgesOfNotes(this.board), today: day(serverNow()) };
  }

  /** @param {any} beside drawn while no card is open */
  template(beside) {
    if (!this.model.search) return html`<p class="erased">${t("What this search was at that moment has been erased.")}</p>`;
    return html`${searchHeader(this)}
      ${this.#tools()}
      <div class="board-layout">
        <div class="board-main">${columns(this)}</div>
        ${this.isOpen ? cardPanel(this) : beside}
      </div>`;
  }

  /** Move the focus after a draw. */
  settle() {
    if (!this.#focus) return;
    document.querySelector(this.#focus)?.focus({ preventScroll: true });
    this.#focus = null;
  }

  #tools() {
    return html`<div class="tools" data-testid="tools">
      <button type="button" data-act="log" aria-pressed=${this.ui.card === LOG ? "true" : "false"} @click=${this.act.log}>${t("Facts and log")}</button>
      ${hasHeaderChanged(this)}
    </div>`;
  }

  /** @param {any} card */
  #onCardUrl(card, column = /** @type {string | null} */ (this.ui.column)) {
    Object.assign(this.ui, { card, column });
    this.#replay.draw();
  }
}
