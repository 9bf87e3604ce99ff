/** Timeline of a search, live: what happened when, and when it became known. The replay shows past timelines. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { Frames } from "../../behaviours/frames.js";
import { PageDrawing } from "../../behaviours/page_drawing.js";
import { ShortcutHandler } from "../../behaviours/shortcut_handler.js";
import { t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { MINUTE_MS } from "../../core/time.js";
import { searchHeader } from "../../shared/board/search/search_header.js";
import { Contradictions } from "../../shared/contradictions.js";
import { forbidden } from "../../shared/placeholders.js";
import { printNote } from "../../shared/print_note.js";
import { TimelineView } from "../../shared/timeline/timeline_view.js";
import { TrackImport } from "../../shared/track_import.js";

const READ_EVERY_MS = 2_000; // while events arrive

/** @param {HTMLElement} main @param {Session} session @param {string} board */
export const mount = (main, session, board) => new TimelinePage(main, session, board);

export class TimelinePage {
  #frames = new Frames(() => this.#render());
  #draw = this.#frames.ask;
  #session;
  #id;
  board;
  #contradictions;
  #view;
  #drawing;
  #tracks;
  #seen = ""; // epoch, seq and handover of the last reading

  /** @param {HTMLElement} main @param {Session} session @param {string} board */
  constructor(main, session, board) {
    this.#session = session;
    this.#id = board;
    this.board = session.board(board);
    this.#drawing = new PageDrawing(main);
    this.#contradictions = new Contradictions(board, this.#draw);
    this.#view = new TimelineView({ board, root: main, draw: this.#draw, contradictions: this.#contradictions, readEveryMs: READ_EVERY_MS, path: (card) => `/searches/${board}/cards/${card}` });
    this.#tracks = new TrackImport(session, board, this.#draw);
    main.classList.add("timeline-page");
    new ShortcutHandler((session.pageCommands = { page: "timeline", settle: this.#frames.settle, commands: () => this.#commands() }));
    this.board.setPresence(null);
    this.board.watch(this.#onBoard);
    session.watch(() => this.#onBoard(null, [])); // a handover is not an event of this board
    setInterval(this.#draw, MINUTE_MS);
    this.#view.load(null);
    this.#frames.now();
  }

  #commands() {
    const view = this.#view;
    return [
      { id: "zoom-in", title: t("Show a shorter period"), run: () => view.zoom(1 / 2) },
      { id: "zoom-out", title: t("Show a longer period"), run: () => view.zoom(2) },
      { id: "earlier", title: t("Show earlier"), run: () => view.move(-1) },
      { id: "later", title: t("Show later"), run: () => view.move(1) },
      { id: "whole", title: t("Whole search"), run: view.showWhole },
      { id: "order", title: view.byKnown ? t("By when it happened") : t("By when it became known"), run: () => view.orderBy(!view.byKnown) },
      { id: "board", title: t("Open board"), run: () => location.assign(`/searches/${this.#id}`) },
      { id: "history", title: t("History of this search"), run: () => location.assign(`/searches/${this.#id}/history`) },
    ];
  }

  // --- reading

  /** @param {unknown} _ @param {BoardEvent[]} events */
  #onBoard = (_, events) => {
    const { epoch, seq } = this.board, { shift, handover } = this.#session.shiftStatus ?? {}, seen = [epoch, seq, shift?.number, handover?.status].join("/");
    if (this.board.freshness.state !== "forbidden" && seq !== null && seen !== this.#seen) this.#view.refresh();
    this.#seen = seen;
    this.#contradictions.onEvents(events);
    this.#draw();
  };

  // --- drawing

  #render() {
    const { freshness } = this.board;
    document.title = `${this.#title} · Searchboard`;
    if (freshness.state === "forbidden") return void this.#forget();
    if (this.#view.timeline) this.#contradictions.load(this.board);
    this.#drawing.draw(html`${this.#header()}${this.#tools()}${this.#tracks.draw()}${this.#view.template()}${printNote({ session: this.#session, board: this.board })}`);
    this.#view.settle();
  }

  #tools() {
    const board = `/searches/${this.#id}`;
    return html`<div class="timeline-head"><h2>${this.#title}</h2>
      <nav class="views" aria-label=${t("Views")}><a href=${board}>${t("Board")}</a><a href="${board}#map">${pageTitle("map")}</a><a href="${board}/timeline" aria-current="page">${pageTitle("timeline")}</a><a href="${board}#log">${t("Details and log")}</a></nav>
      <span class="space"></span>${this.#mayAdd ? this.#tracks.button() : nothing}<a class="button" href="${board}/history">${pageTitle("history")}</a><button type="button" data-act="print" @click=${() => print()}>${t("Print")}</button></div>`;
  }

  get #mayAdd() {
    return this.#session.can("investigator") && this.#search?.state.status !== "closed";
  }

  get #title() {
    const search = this.#search;
    return search ? t("Timeline: {name}", { name: `${search.state.person.first_name} · ${search.state.reference}` }) : pageTitle("timeline");
  }

  /** @returns {any} */
  get #search() {
    return this.board.get(this.#id) ?? null;
  }

  /** The child's header as on the board, without controls. */
  #header() {
    const search = this.#search;
    if (!search) return nothing;
    const sightings = /** @type {Card[]} */ (this.board.of("sighting"));
    return searchHeader({
      past: true, mayLead: false, session: this.#session, board: this.board, happened: null, model: { search, byId: new Map(sightings.map((card) => [card.id, card])) },
      path: (card) => `/searches/${this.#id}/cards/${card}`, open: () => {}, // the link leads to the board
    });
  }

  /** Remove everything when access is lost. */
  #forget() {
    this.#view.forget();
    this.#contradictions.forget();
    this.#seen = "";
    document.title = "Searchboard";
    this.#drawing.draw(forbidden(() => this.board.recheck()));
  }
}
