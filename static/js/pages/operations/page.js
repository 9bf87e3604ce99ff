/* Operations page: all visible searches, live, in the columns open, found and closed. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { CardArrowKeys } from "../../behaviours/card_arrow_keys.js";
import { PageDrawing } from "../../behaviours/page_drawing.js";
import { ShortcutHandler, hasKeyboard } from "../../behaviours/shortcut_handler.js";
import { focusFirstError } from "../../behaviours/focus_first_error.js";
import { watchLine } from "../../shared/watch_line/line.js";
import { label } from "../../core/labels.js";
import { n, number, p, t } from "../../core/i18n.js";
import { pageName, pageTitle } from "../../core/rules/pages.js";
import { say, sayCount } from "../../core/rules/sentences.js";
import { FindBox } from "../../shared/find_box.js";
import { MakeRoom } from "../../shared/make_room.js";
import { findField, hitUrl } from "../../shared/find_results.js";
import { printNote } from "../../shared/print_note.js";
import { OpenSearch } from "./open_search.js";
import { ReportDialog } from "./report_dialog.js";
import { reportsColumn } from "./reports.js";
import { TipDialog } from "./tip_dialog.js";
import { tipsColumn, waitingTips } from "./tips.js";
import { onDuty } from "./on_duty.js";
import { dueNext, unansweredLink } from "./waiting.js";
import { openSearches } from "../../shared/open_searches.js";
import { searchCard, sendingCard } from "../../shared/search_card.js";
import { EarlierSearches } from "../../shared/board/search/earlier_searches.js";
import { sharedReferences } from "../../shared/same_reference.js";
import { matchesSearch, shortPersonName, totals } from "../../format/search_list.js";
import { SORTS, STATUSES, byStatus, sortFromQuery } from "../../format/search_order.js";
import { guideLink } from "../../shared/guide_link.js";

const BOARD = "operations";
const MAX_CARDS = 40; // cards of a column of ended searches before "show all"
const ARCHIVED_AFTER_DAYS = Number(document.body.dataset.archiveDays);
const REDRAW_MS = 30_000; // waiting times are shown to the minute

/** @type {Record<string, any>} */
const SORT_NAMES = {
  gravity: () => t("Worrying first"),
  missing: () => t("Longest missing first"),
  event: () => t("Latest activity first"),
};

/** @type {Record<string, any>} */
const EMPTY_TEXTS = {
  open: () => t("No open searches."),
  found: () => t("No child found yet."),
  closed: () => t("No closed searches."),
};

/** @param {HTMLElement} root @param {Session} session */
export const mount = (root, session) => new OperationsPage(root, session);

export class OperationsPage {
  /** @type {Session} */ session;
  /** @type {Board} */ board;
  focusError = false; // focus the refused field
  allTips = false;      // draw all unanswered tips
  /** @type {string | null} */ #requestedTip = null; // ID of the tip in the URL, until it is opened
  #tip;
  #report;
  /** @type {string | null} */ #requestedReport = null; // ID of the report in the URL, until it is opened
  /** @type {HTMLElement} */ #root;
  /** @type {any} */ #opening;
  #drawing;
  #finder;
  #sort = sortFromQuery(location.search);
  #tab = "open";       // column shown on a phone
  /** @type {string | null} */ #chip = null; // active filter
  /** @type {any} */ #expanded = new Set();    // columns drawn in full
  #room;
  #showsRoom = false;

  /** @param {HTMLElement} root @param {Session} session */
  constructor(root, session) {
    this.#root = root;
    this.session = session;
    this.board = session.board(BOARD);
    this.#opening = new OpenSearch(this);
    this.earlierSearches = new EarlierSearches(null, () => this.draw());
    this.#tip = new TipDialog(this);
    this.#report = new ReportDialog(this);
    this.#room = new MakeRoom({
      session, board: this.board, draw: () => this.draw(), may: () => this.#mayOpen,
      show: () => void (this.#showsRoom = true), close: () => { this.#showsRoom = false; this.draw(); },
    });
    this.#finder = new FindBox({ board: null, session, draw: () => this.draw(), typed: () => this.draw(), go: (/** @type {Hit} */ hit) => location.assign(hitUrl(hit)) });
    this.#drawing = new PageDrawing(root);
    new CardArrowKeys(root, "li[data-search]", "[data-column] ul");
    new ShortcutHandler((session.pageCommands = this.#commands()));
    this.board.watch(this.draw);
    this.session.watch(this.draw);
    this.session.alarms.watch(this.draw);
    addEventListener("beforeprint", this.draw);
    this.board.setPresence(null, false);
    setInterval(this.draw, REDRAW_MS);
    this.draw();
    this.#requestedTip = new URLSearchParams(location.search).get("tip");
    this.#requestedReport = new URLSearchParams(location.search).get("report");
  }

  /** True if this person may place and dismiss tips. */
  get mayAct() {
    return this.session.can("investigator");
  }

  /** @param {string} id @param {string} [search] */
  openTip(id, search) {
    this.#tip.show(id, search);
  }

  /** @param {string} id */
  openReport(id) {
    this.#report.show(id);
  }

  /** @param {string} id */
  claimTip(id) {
    this.board.send("tip.assign", { tip: id, assignee: this.session.account.id }).catch((refusal) => this.board.discard(/** @type {any} */ (refusal).id));
  }

  showAllTips = () => {
    this.allTips = true;
    this.draw();
  };

  /** @param {string} id */
  seen(id) {
    this.board.clearBadge(id);
  }

  /** @param {string} id */
  placeOf(id) {
    return `/searches/${id}`;
  }

  draw = () => {
    const requested = this.board.seq === null ? null : this.#requestedTip;
    if (requested) {
      this.#requestedTip = null;
      return this.openTip(requested);
    }
    const report = this.board.seq === null ? null : this.#requestedReport;
    if (report) {
      this.#requestedReport = null;
      return this.openReport(report);
    }
    this.#finder.keep(({ board, archived }) => archived || board === BOARD || this.board.get(board));
    this.#drawing.draw(this.board.seq === null ? loading(this.session.connection) : this.#page());
    watchLine.setNotices("page", [...this.#opening.notices, ...this.#pending.filter((/** @type {{ status: string }} */ { status }) => status === "refused").map((/** @type {any} */ entry) => this.#refused(entry))]);
    if (this.focusError) focusFirstError(this.#root);
    this.focusError = false;
  };

  /** Commands for shortcuts and the palette, and the searches to go to. @returns {PageCommands} */
  #commands() {
    return {
      page: "operations",
      may: (right) => (right === "open" || right === "note" ? this.#mayOpen : right === undefined), // only coordinators enter text here
      commands: () => [
        { id: "open-search", may: "open", title: t("New search"), run: this.#opening.show },
        { id: "find", title: t("Find a search"), run: () => document.querySelector("main [name=find]")?.focus() },
      ].filter(({ may }) => !may || this.#mayOpen),
      destinations: () => this.board.of("search").map(({ id, state }) => ({
        id, title: [state.reference, shortPersonName(state.person), state.last_seen?.text].filter(Boolean).join(" · "), run: () => location.assign(`/searches/${id}`),
      })),
    };
  }

  // Only coordinators open searches; the server checks too.
  get #mayOpen() {
    return this.session.can("coordinator");
  }

  get #pending() {
    return this.board.pending.filter((/** @type {{ name: string }} */ { name }) => name === "search.open");
  }

  #page() {
    const searches = this.board.of("search");
    this.shared = sharedReferences(searches);
    const columns = byStatus(searches, { keep: (/** @type {any} */ search) => this.#matches(search), sort: this.#sort, summaries: this.board.summaries });
    const pending = this.#pending;
    const all = totals(searches, this.board.summaries);
    const isCounted = searches.every(({ id, state }) => state.status !== "open" || this.board.summaries.has(id)); // the counts arrive after the searches
    return html`
      <header class="operations-header">
        <h1>${pageName("operations")}</h1>
        ${this.#totals(all)}
        <div class="chips" role="group" aria-label=${t("Show only")}>
          ${this.#chips(all, isCounted)}
        </div>
        ${findField(this.#finder, { hint: hasKeyboard() ? t("Find  /") : t("Find"), name: t("Find in all searches"), nameOf: this.#searchName })}
        ${this.#mayOpen ? html`<button class="primary" data-act="open-search" @click=${this.#opening.show}>${
          this.#opening.hasDraft ? t("Continue draft") : t("+ New search")} <kbd aria-hidden="true">N</kbd></button>` : nothing}
        <details class="more-menu" @keydown=${closeOnEscape} @focusout=${closeOnBlur}><summary class="button" aria-label=${t("More for all searches")} title=${t("More for all searches")} data-act="more">⋯</summary>
          <div><a data-act="replay" href="/?at=${this.board.seq}">${t("Replay")}</a>
            <a href="/history">${pageTitle("history")}</a>
            <a href="/closed">${pageTitle("closed")}</a>
            ${this.session.may("export") ? html`<a href="/api/v1/boards/operations/cards.csv" download>${t("Searches as CSV")}</a>` : nothing}
            ${this.#mayOpen ? html`<button type="button" class="plain" data-act="make-room" @click=${this.#room.open}>${t("Make room…")}</button>` : nothing}
            <button type="button" class="plain" @click=${() => print()}>${t("Print")}</button>
            ${this.#mayOpen ? nothing : html`<p class="menu-note">${t("A coordinator opens new searches.")}</p>`}
            <div class="chips-on-phone" role="group" aria-label=${t("Show only")}>${this.#chips(all, isCounted)}</div></div></details>
      </header>
      ${printNote(this)}
      <nav class="operations-tabs" aria-label=${t("Columns")}>${STATUSES.map((status) => html`<button aria-pressed=${this.#tab === status} @click=${() => this.#pick(status)}>
        ${label.status(status)} <b>${columns[status].length}</b></button>`)}</nav>
      ${waitingTips(this.board).length ? html`<a class="tips-on-phone" href="#tips">${n("{count} tip without a search", "{count} tips without a search", waitingTips(this.board).length)}</a>` : nothing}
      <div class="operations-board" data-active-tab=${this.#tab}>
        <div class="rail">${reportsColumn(this)}${tipsColumn(this)}${unansweredLink(all, waitingTips(this.board), this.board)}${onDuty(this.board, this.session)}${dueNext(this.board)}</div>
        ${this.#openColumn(columns.open, pending)}
        <div class="ended">${STATUSES.slice(1).map((status) => this.#column(status, columns[status]))}</div>
      </div>
      ${this.#dialog()}`;
  }

  #dialog() {
    if (this.#showsRoom) return this.#room.draw();
    if (this.#report.id !== null) return this.#report.draw();
    return this.#opening.shown ? this.#opening.draw() : this.#tip.draw();
  }

  /** @param {Record<string, number>} all */
  #totals({ open, worrying, undecided }) {
    if (!open) return html`<p class="totals"></p>`;
    const parts = [n("{count} open", "{count} open", open), worrying && sayCount("worrying_ones", worrying), undecided && sayCount("to_be_decided", undecided)];
    return html`<p class="totals" data-testid="totals">${parts.filter(Boolean).map((part, index) => html`${index ? "\u00a0· " : ""}<span>${part}</span>`)}</p>`;
  }

  /** @param {Record<string, number>} all @param {boolean} isCounted */
  #chips({ overdue, unassessed }, isCounted) {
    return html`${this.#chipButton("overdue", say("overdue"), isCounted ? overdue : "–")}${this.#chipButton("unassessed", t("Not assessed"), isCounted ? unassessed : "–")}${this.#chipButton("mine", p("searches", "Mine"))}`;
  }

  /** @param {string} chip @param {string} name @param {number | "–" | null} [count] "–": not yet known */
  #chipButton(chip, name, count = null) {
    return html`<button type="button" class="chip ${chip} ${Number(count) ? "some" : ""}" data-chip=${chip} aria-pressed=${this.#chip === chip} @click=${() => this.#toggle(chip)}>${name}${
      count === null ? nothing : html` <b>${count === "–" ? count : number(count)}</b>`}</button>`;
  }

  /** @param {any} searches @param {any} pending */
  #openColumn(searches, pending) {
    const sending = pending.filter((/** @type {any} */ entry) => entry.status !== "refused");
    return html`<section class="operations-column open" aria-labelledby="column-open" data-column="open">
      <h2 id="column-open">${label.status("open")} <b>${searches.length}</b>${this.#totalNote("open", searches)}
        <select name="sort" aria-label=${t("Sort searches")} @change=${this.#changeSort}>
          ${SORTS.map((sort) => html`<option value=${sort} ?selected=${sort === this.#sort}>${SORT_NAMES[sort]()}</option>`)}</select></h2>
      ${searches.length + sending.length === 0 ? html`<p class="empty">${this.#emptyText("open")}</p>` : nothing}
      ${openSearches(searches, this, { grouped: this.#sort === SORTS[0], before: sending.map((/** @type {any} */ entry) => sendingCard(entry)) })}
    </section>`;
  }

  /** @param {string} status @param {any} searches */
  #column(status, searches) {
    const drawn = this.#expanded.has(status) ? searches : searches.slice(0, MAX_CARDS);
    return html`<section class="operations-column ${status}" aria-labelledby="column-${status}" data-column=${status}>
      <h2 id="column-${status}">${label.status(status)} <b>${searches.length}</b>${this.#totalNote(status, searches)}</h2>
      ${searches.length === 0 ? html`<p class="empty">${this.#emptyText(status)}</p>` : nothing}
      <ul>${repeat(drawn, ({ id }) => id, (search) => searchCard(search, this))}</ul>
      ${drawn.length < searches.length ? html`<button class="all" @click=${() => this.#showAll(status)}>${
        sayCount("more", searches.length - drawn.length)}</button>` : nothing}
      ${status === "closed" ? html`<p class="archived">${n("Closed more than {count} day ago:", "Closed more than {count} days ago:", ARCHIVED_AFTER_DAYS)} <a href="/closed">${pageTitle("closed")}</a></p>` : nothing}
    </section>`;
  }

  /**
   * Show how many searches there are without the filter.
   * @param {string} status
   * @param {{ length: number }} shown
   */
  #totalNote(status, { length }) {
    const all = this.board.of("search").filter((/** @type {{ state: State }} */ { state }) => state.status === status).length;
    return all === length ? nothing : html` <small>${t("of {all}", { all })}</small>`;
  }

  /** @param {string} status */
  #emptyText(status) {
    if (this.#finder.text.trim()) return t("No matching searches.");
    if (this.#chip) return t("No search fits the filter.");
    const isFirst = status === "open" && this.#mayOpen && !this.board.of("search").length;
    return isFirst ? html`${t("No open searches. Open the first one with the button above.")} ${guideLink("coordinator")}` : EMPTY_TEXTS[status]();
  }

  /** @param {any} entry @returns {Notice} */
  #refused(entry) {
    return {
      kind: "not-saved",
      refused: entry.id,
      title: `${t("The search for {name} was not opened", { name: shortPersonName(entry.data.person) })}.`,
      text: entry.refusal.message,
      tone: "own",
      actions: html`<button type="button" data-act="reopen" @click=${() => this.#opening.takeBack(entry)}>${t("Back to the form")}</button>
        <button type="button" class="plain" data-act="let-go" @click=${() => this.board.discard(entry.id)}>${t("Discard")}</button>`,
    };
  }

  /** @param {any} search */
  #matches(search) {
    const text = this.#finder.text.trim();
    if (!this.#fits(search)) return false;
    if (!text) return true;
    return matchesSearch(search, text, [label.kind(search.state.kind), this.session.accounts.get(search.state.lead)?.name]);
  }

  /** @param {any} search */
  #fits({ id, state }) {
    const summary = this.board.summaries.get(id);
    if (this.#chip === "mine") return state.lead === this.session.account.id;
    if (this.#chip === "overdue") return state.status === "open" && Number(summary?.overdue_tasks) > 0;
    return this.#chip !== "unassessed" || (state.status === "open" && Number(summary?.unassessed_sightings) > 0);
  }

  /** @param {string} chip */
  #toggle(chip) {
    this.#chip = this.#chip === chip ? null : chip;
    this.draw();
  }

  /** @param {{ board: string }} hit */
  #searchName = ({ board }) => {
    const search = this.board.get(board);
    return search && shortPersonName(search.state.person);
  };

  /** @param {{ target: { value: any } }} event */
  #changeSort = ({ target: { value } }) => {
    this.#sort = value;
    history.replaceState(history.state, "", value === SORTS[0] ? location.pathname : `?sort=${value}`);
    this.draw();
  };

  /** @param {string} status */
  #pick(status) {
    this.#tab = status;
    this.draw();
  }

  /** @param {string} status */
  #showAll(status) {
    this.#expanded.add(status);
    this.draw();
  }
}

/** @param {{ failed: any }} connection */
function loading({ failed }) {
  return html`<div class="operations-loading" role="status" data-testid="loading">
    <p>${failed ? t("Cannot reach the server. Searchboard keeps trying. Nothing you typed is lost.") : t("Loading searches…")}</p>
    <div class="operations-board" aria-hidden="true">${[0, 6, 2].map((count) => html`<section class="operations-column ${count > 2 ? "open" : ""}"><h2>&nbsp;</h2>
      <ul class=${count > 2 ? "flat" : ""}>${Array.from({ length: count }, () => html`<li class="search"></li>`)}</ul></section>`)}</div></div>`;
}

/** @param {KeyboardEvent & { currentTarget: HTMLDetailsElement }} event */
function closeOnEscape(event) {
  if (event.key !== "Escape" || !event.currentTarget.open) return;
  event.preventDefault();
  event.currentTarget.open = false;
  event.currentTarget.querySelector("summary")?.focus();
}

/** @param {FocusEvent & { currentTarget: HTMLDetailsElement }} event */
function closeOnBlur({ currentTarget, relatedTarget }) {
  if (relatedTarget && !currentTarget.contains(/** @type {Node} */ (relatedTarget))) currentTarget.open = false;
}
