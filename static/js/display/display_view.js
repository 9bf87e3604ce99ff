/* View of a display: header, one board or one page of it, recent events. Drawn whole after each change and once a second,
   because elapsed times run. */

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { n, t } from "../core/i18n.js";
import { clockWithSeconds, day, committedAt, formatDuration, steadyServerNow } from "../core/time.js";
import { themeAt, clockText, clockError } from "./server_clock.js";
import { SignificantEvents, recentlyFound, isHighlighted, significantEventText } from "./significant_events.js";
import { searchBoard } from "./search_board.js";
import { hideOverflow, isOverflowing } from "./hide_overflow.js";
import { countText, bySeverity, nameElement, allSearches, shortTime } from "./all_searches.js";
import { Playlist } from "./playlist.js";
import { fit, smallest } from "./fit.js";
import { Sound } from "./sound.js";

const OPERATIONS = "operations";
const MAX_EVENTS = 8; // in the event strip; those that do not fit are hidden
const MAX_FEWER = 12; // cards that a list may have fewer than computed

export class DisplayView {
  /** @type {HTMLElement} */ #root;
  /** @type {DisplaySession} */ #session;
  /** @type {StaleOverlay} */ #overlay;
  #events = new SignificantEvents();
  #sound = new Sound();
  #startedAt = performance.now(); // older events are not news and make no sound
  #playlist = new Playlist();
  #area = { width: 0, height: 0 }; // px, size of the board area
  /** @type {string | null} */ #progressKey = null; // start of the page shown, for the progress bar
  /** @type {string[]} */ #recentSearches = []; // searches with events since the last draw
  #sizes = new ResizeObserver(([{ contentRect }]) => this.#resized(contentRect));
  /** @type {(() => void)[]} */ #unwatch = [];
  #frame = 0;

  /**
   * @param {HTMLElement} root the element that everything is drawn in
   * @param {DisplaySession} session
   * @param {StaleOverlay} overlay held back after each complete draw
   */
  constructor(root, session, overlay) {
    this.#root = root;
    this.#session = session;
    this.#overlay = overlay;
  }

  connect() {
    this.#draw();
    this.#sizes.observe(this.#find("[data-display-content]"));
    this.#unwatch = [
      this.#session.watch(() => this.#draw()), this.#session.watchEvents((board, events) => this.#onEvents(board, events)),
    ];
  }

  disconnect() {
    this.#sizes.disconnect();
    for (const unwatch of this.#unwatch) unwatch();
  }

  /** Return whether a search is highlighted: not a moment to reload. */
  get isHighlighted() {
    const now = steadyServerNow();
    return this.#newest().some((moment) => isHighlighted(moment, now));
  }

  /** @param {Board} board @param {JournalEvent[]} events */
  #onEvents(board, events) {
    const now = steadyServerNow(), fresh = this.#events.onEvents(board, events).filter((moment) => isHighlighted(moment, now));
    if (!fresh.length) return;
    this.#recentSearches.push(...fresh.map(({ search }) => search));
    const began = steadyServerNow(this.#startedAt);
    const heard = this.#session.display?.sound && fresh.some((moment) => !began || new Date(committedAt(moment)) >= began);
    if (heard) this.#sound.chime();
  }

  /** @param {DOMRectReadOnly} size */
  #resized({ width, height }) {
    this.#area = { width, height };
    this.#draw();
  }

  #draw() {
    const { display } = this.#session, now = steadyServerNow();
    const page = document.documentElement;
    const freshness = this.#session.freshness;
    page.dataset.freshness = freshness.state;
    page.dataset.theme = themeAt(display?.theme ?? page.dataset.theme ?? "dark", now ?? new Date());
    this.#sound.set(display?.sound);
    this.#session.mute = Boolean(display?.sound) && this.#sound.isMute;
    page.style.setProperty("--min-font-size", `${smallest(innerWidth, innerHeight)}px`);
    const shown = display && this.#shown(display, now);
    this.#render(shown, now);
    this.#fit(shown?.size);
    this.#drawProgress(shown);
    this.#hold(freshness);
  }

  /**
   * Draw the list of one search with as many cards as fit: the part above it may be higher than computed.
   * @param {ShownPage | null} shown
   * @param {Date | null} now
   */
  #render(shown, now) {
    for (let fewer = 0; fewer < MAX_FEWER; fewer += 1) {
      render(this.#all(shown && { ...shown, fewer }, now), this.#root);
      const list = /** @type {HTMLElement | null} */ (this.#root.querySelector(".work"));
      if (!list || !isOverflowing(list)) return;
    }
  }

  /**
   * Hold the overlay only when the drawing is about to be seen, and not after a failed draw.
   * @param {FreshnessState & { proven: ClockReading }} freshness
   */
  #hold(freshness) {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#overlay.hold(freshness));
  }

  /**
   * Return what to show, or null if there is nothing.
   * @param {DisplaySettings} display
   * @param {Date | null} now
   * @returns {ShownPage | null}
   */
  #shown(display, now) {
    const mono = performance.now();
    this.#playlist.set(display.shows);
    let turn = this.#playlist.at(mono, (id) => this.#pagesOf(id, now));
    if (turn?.board === OPERATIONS && this.#recentSearches.length) turn = this.#jumpToRecent(mono, now) ?? turn;
    this.#recentSearches = [];
    if (!turn) return null;
    const board = this.#session.board(turn.board);
    if (!board || turn.board !== OPERATIONS) return { ...turn, board };
    const searches = bySeverity(board), size = this.#sizeOf(searches);
    return { ...turn, board, size, searches: searches.slice(turn.page * size.perPage, (turn.page + 1) * size.perPage) };
  }

  /**
   * Turn to the page of the search that just had an event.
   * @param {number} mono
   * @param {Date | null} now
   */
  #jumpToRecent(mono, now) {
    const board = this.#session.board(OPERATIONS), searches = board ? bySeverity(board) : [], { perPage } = this.#sizeOf(searches);
    const place = searches.findIndex(({ id }) => this.#recentSearches.includes(id));
    if (place >= 0) this.#playlist.lead(Math.floor(place / perPage), mono);
    return this.#playlist.at(mono, (id) => this.#pagesOf(id, now));
  }

  /** @param {string} id @param {Date | null} now */
  #pagesOf(id, now) {
    const board = this.#session.board(id);
    if (!board || board.freshness.state === "forbidden") return 0;
    if (board.seq === null) return 1;
    if (id === OPERATIONS) return this.#sizeOf(bySeverity(board)).pages;
    const state = board.get(id)?.state;
    return state?.status === "open" || recentlyFound(state ? [state] : [], now).count ? 1 : 0;
  }

  /** @param {Entity[]} searches */
  #sizeOf({ length }) {
    const { width, height } = this.#area;
    return fit(Math.max(1, length), width, height, smallest(innerWidth, innerHeight));
  }

  // --- templates

  /** @param {ShownPage | null} shown @param {Date | null} now */
  #all(shown, now) {
    const { clock } = this.#session;
    return html`
      <header class="display-header" data-fit-axis="width">${this.#head(shown, now)}</header>
      <div class="page-progress" ?hidden=${!shown?.lasts}><i data-page-progress></i></div>
      <div class="display-content" data-display-content data-board=${shown?.board?.id ?? nothing}>${this.#board(shown, now)}</div>
      ${this.#foundBanner(shown, now)}
      <footer class="event-strip">${clock?.jumped || clock?.ahead ? wrongServer() : wrongClock(now)}${this.#session.mute ? mute() : nothing}${this.#eventStrip(now)}</footer>`;
  }

  /** @param {ShownPage | null} shown @param {Date | null} now */
  #head(shown, now) {
    const { shiftStatus, freshness } = this.#session, shift = shiftStatus?.shift;
    const count = this.#session.board(OPERATIONS)?.of("search").filter(({ state }) => state.status === "open").length;
    const duty = shift ? t("Shift: {name}", { name: shift.name }) : t("Nobody in charge of the shift");
    const live = freshness.state === "live";
    return html`${shiftStatus ? html`<span class="shift-indicator" data-testid="duty">${duty}</span>` : nothing}
      <span class="rest">${now ? html`<span class="day" data-hide-priority="1">${day(now, now)}</span>` : nothing}
        ${count === undefined ? nothing : countText("count", count, n("{count} search", "{count} searches", count))}
        ${shown && shown.pages > 1 ? html`<span class="page">${shown.page + 1} / ${shown.pages}</span>` : nothing}
        <span class="freshness-label" data-hide-priority="0" ?hidden=${!live}>${t("Live")}</span><i class="dot" ?hidden=${!live}></i>
        <time class="now" data-testid="now">${clockText(now)}</time></span>`;
  }

  /** @param {ShownPage | null} shown @param {Date | null} now */
  #board(shown, now) {
    const { display, freshness } = this.#session;
    if (!display) return html`<p class="empty">${t("Loading…")}</p>`;
    if (!shown?.board) return html`<p class="empty">${nothingLeft()}</p>`;
    const { board } = shown, { height, width } = this.#area;
    if (board.seq === null) return html`<p class="empty">${freshness.state === "loading" ? t("Loading…") : nothing}</p>`;
    const view = { now, board, moments: this.#events, size: shown.size, fewer: shown.fewer };
    this.#session.rows = shown.searches?.length ?? 1;
    if (board.id === OPERATIONS) return shown.size ? allSearches(shown.searches ?? [], { ...view, size: shown.size }) : nothing;
    if (board.get(board.id)?.state.status !== "open") return nothing; // found: the banner says so
    return searchBoard({ ...view, height: height / smallest(innerWidth, innerHeight), upright: height > width });
  }

  /**
   * Banner on every page that a child was found, without a name.
   * @param {ShownPage | null} shown
   * @param {Date | null} now
   */
  #foundBanner(shown, now) {
    const { count, at } = recentlyFound([...this.#searches().values()], now);
    if (!count) return nothing;
    const says = n("One child was found", "{count} children were found", count);
    return html`<p class="found" data-testid="found">${says} <time>${at && shortTime(at, now)}</time></p>`;
  }

  /** @param {Date | null} now */
  #eventStrip(now) {
    const searches = this.#searches();
    const moments = this.#newest().slice(0, MAX_EVENTS);
    if (!moments.length) return nothing;
    return html`<ul class="event-list" data-testid="moments" data-fit-axis="height">${moments.map((moment, at) => {
      const state = searches.get(moment.search);
      const name = state?.status === "open" && searches.size > 1 ? html`<b>${nameElement(state.person)}</b> ` : nothing;
      return html`<li ?data-highlighted=${isHighlighted(moment, now)} ?data-hide-priority=${at > 0}><time>${shortTime(committedAt(moment), now)}</time> ${name}<span class="what">${significantEventText(moment, state ?? {})}</span></li>`;
    })}</ul>`;
  }

  /**
   * Return an element that is in every drawing.
   * @param {string} selector
   */
  #find(selector) {
    return /** @type {HTMLElement} */ (this.#root.querySelector(selector));
  }

  #newest() {
    const searches = this.#searches();
    return this.#events.newest((id) => searches.get(id));
  }

  /**
   * Return the states of all searches known here, by id.
   * @returns {Map<string, State>}
   */
  #searches() {
    return new Map(this.#session.shownBoards.flatMap((board) => board.of("search").map(({ id, state }) => /** @type {[string, State]} */ ([id, state]))));
  }

  /**
   * Set by script what CSS cannot compute: the policy forbids inline styles.
   * @param {TileGrid | undefined} size
   */
  #fit(size) {
    for (const place of this.#root.querySelectorAll("[data-fit-axis]")) hideOverflow(/** @type {HTMLElement} */ (place));
    const place = /** @type {HTMLElement | null} */ (this.#root.querySelector(".overview"));
    if (!place || !size) return;
    const values = { "--tile-font-size": `${size.unit}px`, "--columns": size.columns, "--rows": size.rows, "--clock-scale": size.clock };
    for (const [name, value] of Object.entries(values)) place.style.setProperty(name, String(value));
  }

  /**
   * Animate the progress bar on its own, so that it runs between draws.
   * @param {ShownPage | null} shown
   */
  #drawProgress(shown) {
    const turn = shown?.lasts ? `${shown.since} ${shown.lasts}` : null;
    if (turn === this.#progressKey) return;
    this.#progressKey = turn;
    const bar = this.#find("[data-page-progress]");
    for (const old of bar.getAnimations()) old.cancel();
    if (!shown?.lasts) return;
    const run = bar.animate([{ transform: "scaleX(0)" }, { transform: "scaleX(1)" }], { duration: shown.lasts, fill: "forwards" });
    run.currentTime = performance.now() - shown.since;
  }
}

const nothingLeft = () => html`${t("Nothing to show. The boards chosen for this display no longer exist, or may not be shown on a display.")}
  ${t("A coordinator can choose others under Displays.")}`;
const mute = () => html`<p class="wrong" data-testid="mute">${t("Sound is blocked. Touch or click this screen once to turn it on.")}</p>`;

const wrongServer = () => html`<p class="wrong" data-testid="wrong-server">${t("Times may be wrong: the server’s clock was set")}</p>`;

/**
 * Warn that the screen's own clock is wrong; the times shown are right.
 * @param {Date | null} now
 */
function wrongClock(now) {
  const off = clockError(now);
  if (!now || !off) return nothing;
  const values = { at: clockWithSeconds(new Date(now.getTime() + off)), length: formatDuration(Math.abs(off)) };
  const says = off > 0 ? t("Times shown are server times. This screen’s clock says {at}: {length} fast.", values)
    : t("Times shown are server times. This screen’s clock says {at}: {length} slow.", values);
  return html`<p class="wrong" data-testid="wrong-clock">${says}</p>`;
}
