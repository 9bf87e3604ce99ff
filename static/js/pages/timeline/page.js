/** Timeline of a search: what happened when, and when it became known. Live, or with `?at=` as it was after an event. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { Frames } from "../../behaviours/frames.js";
import { PageDrawing } from "../../behaviours/page_drawing.js";
import { ShortcutHandler } from "../../behaviours/shortcut_handler.js";
import { get } from "../../core/connection/api.js";
import { PacedRead } from "../../core/connection/paced_read.js";
import { t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { MINUTE_MS, serverNow } from "../../core/time.js";
import { searchHeader } from "../../shared/board/search/search_header.js";
import { Contradictions } from "../../shared/contradictions.js";
import { forbidden } from "../../shared/placeholders.js";
import { printNote } from "../../shared/print_note.js";
import { TrackImport } from "../../shared/track_import.js";
import { graph, sideOf } from "./graph.js";
import { lastSpan, moved, wholeSpan, zoomed } from "./scale.js";
import { table } from "./table.js";
import { LANES } from "./texts.js";
import { pastBand, tools } from "./toolbar.js";

const READ_EVERY_MS = 2_000; // while events arrive
const STEP = 0.25; // of the shown period, for one step to the side
const SCROLLBAR_PX = 20; // a smaller change of the width may be caused by the drawing itself
const WHEEL = 1.0015; // factor of the period for a pixel of the wheel

/** @param {HTMLElement} main @param {Session} session @param {string} board */
export const mount = (main, session, board) => new TimelinePage(main, session, board);

export class TimelinePage {
  #frames = new Frames(() => this.#render());
  draw = this.#frames.ask;
  session;
  boardId;
  board;
  /** @type {number | null} */ at; // seq of the shown moment; null for the present
  /** @type {TimelineAnswer} */ timeline = /** @type {any} */ (null);
  contradictions;
  byKnown = false;
  lanes = LANES;
  /** @type {string | null} */ selected = null;
  /** @type {import("./scale.js").Span} */ span = { start: 0, end: 1 };
  /** @type {number | null} */ length = null; // of the period before now that is shown, if one is
  isWhole = true;
  now = Number(serverNow());
  /** @type {"reading" | "read" | "failed"} */ #state = "reading";
  #root;
  #drawing;
  #tracks;
  #reads = new PacedRead(() => this.#read(), READ_EVERY_MS);
  #width = 0;
  #seen = ""; // epoch, seq and handover of the last reading

  /** @param {HTMLElement} main @param {Session} session @param {string} board */
  constructor(main, session, board) {
    this.#root = main;
    this.session = session;
    this.boardId = board;
    this.board = session.board(board);
    const at = new URLSearchParams(location.search).get("at");
    this.at = Number.isSafeInteger(Number(at || NaN)) ? Number(at) : null;
    this.#drawing = new PageDrawing(main);
    this.contradictions = new Contradictions(board, this.draw);
    this.#tracks = new TrackImport(session, board, this.draw);
    main.classList.add("timeline-page");
    new ShortcutHandler((session.pageCommands = { page: "timeline", settle: this.#frames.settle, commands: () => this.#commands() }));
    new ResizeObserver(() => this.#resized()).observe(main);
    main.addEventListener("wheel", this.#wheeled, { passive: false });
    this.board.setPresence(null);
    this.board.watch(this.#onBoard);
    session.watch(() => this.#onBoard(null, [])); // a handover is no event of this board
    if (this.at === null) setInterval(this.#everyMinute, MINUTE_MS);
    this.#reads.now();
    this.#frames.now();
  }

  // --- for templates

  get isPast() {
    return this.at !== null;
  }

  /** Items of the shown lanes, in order. */
  get shown() {
    const items = this.timeline.items.filter((item) => this.lanes.includes(item.lane));
    return this.byKnown ? items.sort((a, b) => compare(a.known_at, b.known_at) || compare(a.id, b.id)) : items;
  }

  /** @param {string} lane */
  itemsOf = (lane) => this.timeline.items.filter((item) => item.lane === lane);

  /** Address of an item's card, or of its event in the history; null if it has none. @param {TimelineItem} item */
  pathOf({ card, seq }) {
    if (card) return `/searches/${this.boardId}/cards/${card}`;
    return seq ? `/searches/${this.boardId}/history#${seq}` : null;
  }

  // --- actions

  /** @param {boolean} byKnown */
  orderBy(byKnown) {
    this.byKnown = byKnown;
    this.draw();
  }

  /** @param {string} lane */
  toggleLane(lane) {
    this.lanes = LANES.filter((each) => this.lanes.includes(each) !== (each === lane));
    this.draw();
  }

  showWhole = () => this.#show(null, null);

  /** @param {number} length */
  showLast = (length) => this.#show(lastSpan({ start: 0, end: this.now + length / 20 }, length), length);

  /** @param {number} factor @param {number} [share] */
  zoom = (factor, share) => this.#show(zoomed(this.span, factor, share), null);

  /** @param {number} steps */
  move = (steps) => this.#show(moved(this.span, steps * STEP), null);

  /** @param {import("./scale.js").Span | null} span null: the whole search @param {number | null} length */
  #show(span, length) {
    this.isWhole = span === null;
    this.length = length;
    if (span) this.span = span;
    this.draw();
  }

  /** Select the item whose row has the focus. @param {FocusEvent} event */
  focused = ({ target }) => this.#select(/** @type {HTMLElement} */ (target).closest("[data-row]")?.dataset.row ?? null);

  /** Open the card of the pressed mark. @param {MouseEvent} event */
  opened = ({ target }) => {
    const id = /** @type {SVGElement} */ (target).closest("[data-item]")?.dataset.item, item = this.timeline.items.find((item) => item.id === id);
    const path = item && this.pathOf(item);
    if (path) location.assign(path);
  };

  /** @param {string | null} id */
  #select(id) {
    if (id === this.selected) return;
    this.selected = id;
    this.draw();
  }

  /** @param {WheelEvent} event */
  #wheeled = (event) => {
    const area = /** @type {HTMLElement} */ (event.target).closest(".timeline-graph");
    if (!area || !(event.ctrlKey || event.metaKey)) return; // the plain wheel scrolls the page
    event.preventDefault();
    const { left, width } = area.getBoundingClientRect(), side = sideOf(width);
    this.zoom(WHEEL ** event.deltaY, Math.min(1, Math.max(0, (event.clientX - left - side) / (width - side))));
  };

  #commands() {
    return [
      { id: "zoom-in", title: t("Show a shorter period"), run: () => this.zoom(1 / 2) },
      { id: "zoom-out", title: t("Show a longer period"), run: () => this.zoom(2) },
      { id: "earlier", title: t("Show earlier"), run: () => this.move(-1) },
      { id: "later", title: t("Show later"), run: () => this.move(1) },
      { id: "whole", title: t("Whole search"), run: this.showWhole },
      { id: "order", title: this.byKnown ? t("By when it happened") : t("By when it became known"), run: () => this.orderBy(!this.byKnown) },
      { id: "board", title: t("Open board"), run: () => location.assign(`/searches/${this.boardId}`) },
      { id: "history", title: t("History of this search"), run: () => location.assign(`/searches/${this.boardId}/history`) },
    ];
  }

  // --- reading

  /** @param {unknown} _ @param {BoardEvent[]} events */
  #onBoard = (_, events) => {
    const { epoch, seq } = this.board, { shift, handover } = this.session.shiftStatus ?? {}, seen = [epoch, seq, shift?.number, handover?.status].join("/");
    if (this.board.freshness.state !== "forbidden" && this.at === null && seq !== null && seen !== this.#seen) this.#reads.soon();
    this.#seen = seen;
    this.contradictions.onEvents(events);
    this.draw();
  };

  async #read() {
    try {
      this.timeline = await get(`/api/v1/boards/${this.boardId}/timeline${this.at === null ? "" : `?at=${this.at}`}`);
      this.#state = "read";
    } catch {
      this.#state = "failed";
    }
    this.draw();
  }

  #everyMinute = () => this.draw();

  #resized() {
    if (Math.abs(this.#areaWidth - this.#width) >= SCROLLBAR_PX) this.draw();
  }

  get #areaWidth() {
    return Math.max(280, (this.#root.querySelector(".timeline-graph") ?? this.#root).clientWidth);
  }

  // --- drawing

  #render() {
    const { freshness } = this.board;
    document.title = `${this.#title} · Searchboard`;
    if (freshness.state === "forbidden") return void this.#forget();
    this.now = this.isPast && this.timeline ? Date.parse(this.timeline.as_of) : Number(serverNow());
    this.#width = this.#areaWidth;
    if (this.timeline) this.contradictions.load(this.board, this.at);
    if (this.timeline && this.isWhole) this.span = wholeSpan(this.timeline, this.now);
    this.#drawing.draw(html`${this.#header()}<div class="timeline-head"><h2>${pageTitle("timeline")}</h2><a class="button" href="/searches/${this.boardId}">${t("Open board")}</a><a class="button" href="/searches/${this.boardId}#map">${pageTitle("map")}</a><a class="button" href="/searches/${this.boardId}/history">${pageTitle("history")}</a><span class="space"></span>${this.#mayAdd ? this.#tracks.button() : nothing}<button type="button" data-act="print" @click=${() => print()}>${t("Print")}</button></div>${this.#tracks.draw()}
      ${this.#state === "failed" ? html`<p class="problem" role="alert">${t("The timeline could not be loaded.")} <button type="button" data-act="read-again" @click=${() => this.#reads.now()}>${t("Try again")}</button></p>` : nothing}
      ${this.timeline ? this.#content() : this.#state === "reading" ? html`<p role="status">${t("Loading…")}</p>` : nothing}${printNote(this)}`);
    this.#resized(); // the first draw does not know the width of the graph
  }

  #content() {
    return html`${pastBand(this)}${tools(this)}<div class="timeline-graph">${graph(this, this.#width)}</div>${table(this)}`;
  }

  get #mayAdd() {
    return !this.isPast && this.session.can("investigator") && this.#search?.state.status !== "closed";
  }

  get #title() {
    const search = this.#search;
    return search ? `${pageTitle("timeline")}: ${search.state.person.first_name} · ${search.state.reference}` : pageTitle("timeline");
  }

  /** @returns {any} */
  get #search() {
    return this.board.get(this.boardId) ?? null;
  }

  /** The child's header as on its board, without what changes it. */
  #header() {
    const search = this.#search, { boardId, session, board } = this;
    if (!search) return nothing;
    const sightings = /** @type {Card[]} */ (board.of("sighting"));
    return searchHeader({
      past: true, mayLead: false, session, board, happened: null, model: { search, byId: new Map(sightings.map((card) => [card.id, card])) },
      path: (card) => `/searches/${boardId}/cards/${card}`, open: () => {}, // the link leads to the board
    });
  }

  /** Remove everything when access is lost. */
  #forget() {
    this.timeline = /** @type {any} */ (null);
    this.contradictions.forget();
    this.#seen = "";
    document.title = "Searchboard";
    this.#drawing.draw(forbidden(() => this.board.recheck()));
  }
}

/** @param {string} a @param {string} b */
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
