/* View of a display: header, one board or one page of it, recent events. It is redrawn after each change and once a second, because
   elapsed times run. */

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { Sound } from "../core/sound.js";
import { n, t } from "../core/i18n.js";
import { clockWithSeconds, day, committedAt, formatDuration, steadyServerNow } from "../core/time.js";
import { themeAt, clockText, clockError } from "./server_clock.js";
import { SignificantEvents, recentlyFound, isHighlighted, significantEventText } from "./significant_events.js";
import { searchBoard } from "./search_board.js";
import { growTexts, hideOverflow, isOverflowing, shrinkTexts } from "./hide_overflow.js";
import { alarmRow, displayAlarms } from "./alarm_row.js";
import { allSearches, nameElement, pageOf, placesOf } from "./all_searches.js";
import { shortTime } from "./last_event.js";
import { onDuty } from "./on_duty.js";
import { Playlist } from "./playlist.js";
import { SearchOrder } from "./rows_in_order.js";
import { pagesFor } from "./fit.js";
import { stepDown } from "./step_down.js";

const OPERATIONS = "operations";
const BODY_UNITS = 4; // size of the body's type in units (css/display/layout.css)
const MAX_EVENTS = 8; // in the news line; events that do not fit are hidden
const MAX_FEWER = 12; // by how many cards a list may be shorter than computed

export class DisplayView {
  /** @type {HTMLElement} */ #root;
  /** @type {DisplaySession} */ #session;
  /** @type {StaleOverlay} */ #overlay;
  #events = new SignificantEvents(() => this.#session.shownBoards);
  #sound = new Sound();
  #startedAt = performance.now(); // ms (monotonic): earlier events are not highlighted and make no sound
  #playlist = new Playlist();
  #order = new SearchOrder();
  #area = { width: 0, height: 0 }; // px, size of the board area
  /** @type {string | null} */ #progressKey = null; // identifies the current turn, for the progress bar
  /** @type {string[]} */ #recentSearches = []; // searches with events since the last draw
  #sizes = new ResizeObserver(([{ contentRect }]) => this.#resized(contentRect));
  /** @type {(() => void)[]} */ #unwatch = [];
  #frame = 0;
  #unit = 1; // px

  /**
   * @param {HTMLElement} root container
   * @param {DisplaySession} session
   * @param {StaleOverlay} overlay overlay that each complete draw holds back
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

  /** True if a search is highlighted, so that the page should not reload. */
  get isHighlighted() {
    const now = steadyServerNow();
    return this.#newest().some((moment) => isHighlighted(moment, now));
  }

  /** @param {Board} board @param {JournalEvent[]} events */
  #onEvents(board, events) {
    const now = steadyServerNow(), fresh = this.#events.onEvents(board, events).filter((moment) => isHighlighted(moment, now));
    if (!fresh.length) return;
    this.#recentSearches.push(...fresh.map(({ search }) => search));
    const began = this.#startTime;
    if (this.#session.display?.sound && fresh.some((moment) => Date.parse(committedAt(moment)) >= began)) this.#sound.chime();
  }

  /** Start of this page, ms by the server's clock. Not before the server rendered it, which a late heartbeat would suggest. */
  get #startTime() {
    return Math.max(Number(steadyServerNow(this.#startedAt)), Date.parse(document.body.dataset.madeAt ?? "") || 0);
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
    this.#unit = parseFloat(getComputedStyle(document.body).fontSize) / BODY_UNITS;
    const shown = display && this.#currentPage(display, now);
    this.#render(shown, now);
    this.#fit(shown?.arrangement);
    this.#drawProgress(shown);
    this.#holdOverlay(freshness);
  }

  /**
   * Draw the page. The list of one search gets as many cards as fit: the part above it may be higher than computed.
   * @param {ShownPage | null} shown
   * @param {Date | null} now
   */
  #render(shown, now) {
    shrinkTexts(this.#root);
    for (let fewer = 0; fewer < MAX_FEWER; fewer += 1) {
      render(this.#pageTemplate(shown && { ...shown, fewer }, now), this.#root);
      const list = /** @type {HTMLElement | null} */ (this.#root.querySelector(".work"));
      if (!list || !isOverflowing(list)) return;
    }
  }

  /**
   * Hold the overlay back just before the drawing becomes visible, and not after a failed draw.
   * @param {FreshnessState & { proven: ClockReading }} freshness
   */
  #holdOverlay(freshness) {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#overlay.hold(freshness));
  }

  /**
   * Return the page to show, or null if there is none.
   * @param {DisplaySettings} display
   * @param {Date | null} now
   * @returns {ShownPage | null}
   */
  #currentPage(display, now) {
    const mono = performance.now(), places = this.#orderedPlaces(mono);
    this.#playlist.set(display.shows);
    this.#followNews(places);
    const newsOf = (/** @type {string} */ id) => (id === OPERATIONS ? this.#newsPage(places, now) : 0);
    const turn = this.#playlist.at(mono, (id) => this.#pagesOf(id, places, now), newsOf);
    if (!turn) return null;
    const board = this.#session.board(turn.board);
    return !board || turn.board !== OPERATIONS ? { ...turn, board } : { ...turn, board, ...pageOf(places, turn.page, this.#units) };
  }

  /** Size of the board area, in units of the type. */
  get #units() {
    return { width: this.#area.width / this.#unit, height: this.#area.height / this.#unit };
  }

  /** @param {number} mono */
  #orderedPlaces(mono) {
    const board = this.#session.board(OPERATIONS);
    return board && board.seq !== null ? this.#order.update(placesOf(board), { now: mono, isSettled: board.summaries.size > 0 }) : [];
  }

  /**
   * Go to the page of the search with a new event, or to its own board.
   * @param {SearchPlace[]} places
   */
  #followNews(places) {
    const index = places.findIndex(({ id }) => this.#recentSearches.includes(id)), latestSearch = this.#recentSearches.at(-1);
    if (index >= 0) this.#playlist.lead(OPERATIONS, this.#pageAt(places, index));
    else if (latestSearch) this.#playlist.lead(latestSearch, 0);
    this.#recentSearches = [];
  }

  /**
   * Return the page of the search with the latest news, where a turn of all searches starts.
   * @param {SearchPlace[]} places
   * @param {Date | null} now
   */
  #newsPage(places, now) {
    const news = this.#newest().find((moment) => isHighlighted(moment, now));
    return news ? this.#pageAt(places, places.findIndex(({ id }) => id === news.search)) : 0;
  }

  /** @param {SearchPlace[]} places @param {number} at */
  #pageAt({ length }, at) {
    return Math.max(0, Math.floor(at / pagesFor(length, this.#units).perPage));
  }

  /** @param {string} id @param {SearchPlace[]} places @param {Date | null} now */
  #pagesOf(id, places, now) {
    const board = this.#session.board(id);
    if (!board || board.freshness.state === "forbidden") return 0;
    if (board.seq === null) return 1;
    if (id === OPERATIONS) return pagesFor(places.length, this.#units).pages;
    const state = board.get(id)?.state;
    return state?.status === "open" || recentlyFound(state ? [state] : [], now).count ? 1 : 0;
  }

  // --- templates

  /** @param {ShownPage | null} shown @param {Date | null} now */
  #pageTemplate(shown, now) {
    return html`
      <header class="display-header" data-fit-axis="width">${this.#headerTemplate(shown, now)}</header>
      <div class="news-line" data-fit-axis="width">${this.#newsLine(now)}</div>
      <div class="display-content" data-display-content data-board=${shown?.board?.id ?? nothing}>${this.#boardTemplate(shown, now)}</div>
      <div class="page-progress" ?hidden=${!shown?.lasts}><i data-page-progress></i></div>`;
  }

  /** @param {ShownPage | null} shown @param {Date | null} now */
  #headerTemplate(shown, now) {
    const { shiftStatus, freshness } = this.#session;
    const count = this.#session.board(OPERATIONS)?.of("search").filter(({ state }) => state.status === "open").length;
    const isLive = freshness.state === "live";
    return html`${shiftStatus ? html`<b class="shift-indicator" data-testid="duty">${onDuty(shiftStatus)}</b>` : nothing}
      <span class="rest">${now ? html`<span class="day" data-hide-priority="3">${day(now, now)}</span>` : nothing}
        ${count === undefined ? nothing : html`<span class="count" data-hide-priority="2">${n("{count} search", "{count} searches", count)}</span>`}
        ${shown && shown.pages > 1 ? html`<span class="page">${shown.page + 1} / ${shown.pages}</span>` : nothing}
        <span class="freshness-label" ?hidden=${!isLive}><i class="dot"></i><span data-hide-priority="1">${t("Live")}</span></span>
        <time class="now" data-testid="now">${clockText(now)}</time></span>`;
  }

  /**
   * Draw the news line: an open alarm, or the latest events. Its space is reserved, so that nothing moves.
   * @param {Date | null} now
   */
  #newsLine(now) {
    const alarms = displayAlarms(this.#session.shownBoards, this.#searches(), this.#session.display?.profile);
    if (alarms.length) return alarmRow(alarms, now);
    const { clock, mute: isMute } = this.#session, found = this.#foundBanner(now);
    const warnings = [clock?.jumped || clock?.ahead ? serverClockWarning() : screenClockWarning(now), isMute ? soundWarning() : nothing].filter((warning) => warning !== nothing);
    return html`${found}${warnings.length ? warnings : this.#eventList(now, found !== nothing)}`;
  }

  /** @param {ShownPage | null} shown @param {Date | null} now */
  #boardTemplate(shown, now) {
    const { display, freshness } = this.#session;
    if (!display) return html`<p class="empty">${t("Loading…")}</p>`;
    if (!shown?.board) return html`<p class="empty">${nothingLeft()}</p>`;
    const { board, ids, arrangement } = shown, { height, width } = this.#units, mono = performance.now();
    if (board.seq === null) return html`<p class="empty">${freshness.state === "loading" ? t("Loading…") : nothing}</p>`;
    const view = { now, board, moments: this.#events, fewer: shown.fewer, profile: display.profile };
    this.#session.rows = ids?.length ?? 1;
    if (ids && arrangement) return allSearches(ids, { ...view, arrangement, movedUp: (id) => this.#order.movedUp(id, mono) });
    if (board.get(board.id)?.state.status !== "open") return nothing; // the banner shows that the child was found
    return searchBoard({ ...view, all: this.#session.board(OPERATIONS), height, upright: height > width });
  }

  /**
   * Draw the banner on every page that a child was found, without a name.
   * @param {Date | null} now
   */
  #foundBanner(now) {
    const { count, at } = recentlyFound([...this.#searches().values()], now);
    if (!count) return nothing;
    const text = n("One child was found", "{count} children were found", count);
    return html`<p class="found" data-testid="found">${text} <time>${at && shortTime(at, now)}</time></p>`;
  }

  /**
   * Draw the latest events. After the banner, events of found children are left out, because they say the same.
   * @param {Date | null} now
   * @param {boolean} isBeside true after the banner, so that the list may be hidden
   */
  #eventList(now, isBeside) {
    const searches = this.#searches();
    const moments = this.#newest().filter(({ search }) => !isBeside || searches.get(search)?.status !== "found").slice(0, MAX_EVENTS);
    if (!moments.length) return nothing;
    return html`<ul class="event-list" data-testid="moments">${moments.map((moment, index) => {
      const state = searches.get(moment.search);
      const name = state?.status === "open" && searches.size > 1 ? html`<b>${nameElement(state.person)}</b> ` : nothing;
      return html`<li ?data-highlighted=${isHighlighted(moment, now)} data-hide-priority=${index || isBeside ? index + 1 : nothing}><time>${shortTime(committedAt(moment), now)}</time> ${name}<span class="what">${significantEventText(moment, state ?? {})}</span></li>`;
    })}</ul>`;
  }

  /**
   * Return an element that every drawing contains.
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
   * Fit the drawing: hide elements that do not fit, and reduce the type. Sets properties by script, because the content security policy
   * forbids inline styles.
   * @param {Arrangement | undefined} arrangement
   */
  #fit(arrangement) {
    for (const container of this.#root.querySelectorAll("[data-fit-axis]")) hideOverflow(/** @type {HTMLElement} */ (container));
    growTexts(this.#root);
    const container = /** @type {HTMLElement | null} */ (this.#root.querySelector(".overview"));
    if (!container || !arrangement) return;
    const { columns, rows, bigsHeight } = arrangement;
    for (const [name, value] of Object.entries({ "--columns": columns, "--rows": rows, "--big-height": bigsHeight })) container.style.setProperty(name, String(value));
    stepDown(container);
  }

  /**
   * Animate the progress bar independently of draws.
   * @param {ShownPage | null} shown
   */
  #drawProgress(shown) {
    const progressKey = shown?.lasts ? `${shown.since} ${shown.lasts}` : null;
    if (progressKey === this.#progressKey) return;
    this.#progressKey = progressKey;
    const bar = this.#find("[data-page-progress]");
    for (const animation of bar.getAnimations()) animation.cancel();
    if (!shown?.lasts) return;
    const animation = bar.animate([{ transform: "scaleX(0)" }, { transform: "scaleX(1)" }], { duration: shown.lasts, fill: "forwards" });
    animation.currentTime = performance.now() - shown.since;
  }
}

const nothingLeft = () => html`${t("Nothing to show. The boards chosen for this display no longer exist, or may not be shown on a display.")}
  ${t("A coordinator can choose others under Displays.")}`;
const soundWarning = () => html`<p class="wrong" data-testid="mute">${t("Sound is blocked. Touch or click this screen once to turn it on.")}</p>`;

const serverClockWarning = () => html`<p class="wrong" data-testid="wrong-server">${t("Times may be wrong: the server’s clock was set")}</p>`;

/**
 * Warn that the screen's own clock is wrong; the displayed times are right.
 * @param {Date | null} now
 */
function screenClockWarning(now) {
  const clockAhead = clockError(now);
  if (!now || !clockAhead) return nothing;
  const values = { at: clockWithSeconds(new Date(now.getTime() + clockAhead)), length: formatDuration(Math.abs(clockAhead)) };
  const text = clockAhead > 0 ? t("Times shown are server times. This screen’s clock says {at}: {length} fast.", values)
    : t("Times shown are server times. This screen’s clock says {at}: {length} slow.", values);
  return html`<p class="wrong" data-testid="wrong-clock">${text}</p>`;
}
