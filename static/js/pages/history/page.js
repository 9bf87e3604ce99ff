/** History of a search, or of all: events as sentences, newest first, grouped by shift, filtered by the URL. */

import { html, render } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { Frames } from "../../behaviours/frames.js";
import { isFocusLost, keepFocus } from "../../behaviours/keep_focus.js";
import { RelativeTimes } from "../../behaviours/relative_times.js";
import { ShortcutHandler } from "../../behaviours/shortcut_handler.js";
import { findPressed } from "../../behaviours/shortcuts.js";
import { t } from "../../core/i18n.js";
import { ChainStatus } from "../../replay/chain_status.js";
import { AllBoardsHistory } from "../../replay/all_boards_history.js";
import { ShiftHistory } from "../../replay/shift_history.js";
import { BoardHistory } from "../../replay/history_entries.js";
import { VirtualList } from "../../behaviours/virtual_list.js";
import { NONE, read, readHash, written, toHash } from "./filter.js";
import { head, newer, notices, rest } from "./header.js";
import { row } from "./event_row.js";
import { ShownEvents } from "./shown_events.js";
import { tools } from "./toolbar.js";
import { forbidden } from "../../shared/placeholders.js";

const OPERATIONS = "operations";
const NEAR_END_PX = 1500; // distance from the end at which the next page is loaded

/** @param {HTMLElement} main @param {Session} session @param {string} board */
export const mount = (main, session, board) => new HistoryPage(main, session, board);

export class HistoryPage {
  #frames = new Frames(() => this.#render());
  draw = this.#frames.ask;
  values = read(location.search);
  text = readHash(location.hash).text;
  seq = readHash(location.hash).seq; // seq of the event in the URL
  /** @type {string | null} */ current = null; // key of the focused event
  fresh = 0; // events that arrived above the reading position
  /** @type {HTMLElement} */ #main;
  /** @type {HTMLElement} */ #root;
  /** @type {any} */ #shifts;
  #chain;
  #windowed;
  /** @type {any} */ #shown;
  #stale = true; // filter again before drawing
  /** @type {string | null} */ #top = null; // key of the newest event that was on screen
  #revealed = false;
  #isLost = false; // access was lost

  /** @param {HTMLElement} main @param {Session} session @param {string} board */
  constructor(main, session, board) {
    this.#main = main;
    this.#root = main.appendChild(Object.assign(document.createElement("div"), { className: "history-root" }));
    this.session = session;
    this.boardId = board;
    this.isEverywhere = board === OPERATIONS;
    this.history = this.isEverywhere ? new AllBoardsHistory(session, this.#more) : new BoardHistory(session, board, this.#more);
    this.#shown = new ShownEvents(this.history);
    this.#shifts = new ShiftHistory(this.#more);
    this.#chain = new ChainStatus(() => this.#root.querySelector("[data-chain]"), board);
    this.#windowed = new VirtualList(this.#frames.now, () => this.#list);
    new ShortcutHandler((session.pageCommands = {
      page: "history", settle: this.#frames.settle,
      commands: () => [
        { id: "find", title: t("Find in history"), run: () => document.querySelector("#find")?.focus() },
        { id: "show-all", not: !this.isFiltered, title: t("Show all events"), run: this.clearFilter },
        { id: "newest", not: !this.fresh, title: t("Go to the newest event"), run: this.toNewest },
      ].filter(({ not }) => !not),
    }));
    this.#main.classList.add("history-page");
    this.clock = new RelativeTimes(main);
    addEventListener("hashchange", this.#went);
    addEventListener("scroll", this.#onScroll, { passive: true });
    this.session.board(this.boardId).setPresence(null);
    this.session.watch(this.#onShiftChanged);
    this.history.connect();
    this.#onShiftChanged();
    this.#frames.now();
    this.#chain.connect();
  }

  // --- for templates

  /** Return true if a filter is active, so that events may be hidden. */
  get isFiltered() {
    return Boolean(this.text.trim()) || this.count > 0;
  }

  get count() {
    return Object.values(this.values).filter(Boolean).length;
  }

  /** Key of the event in the URL. */
  get target() {
    return this.seq === null ? null : `${this.boardId}/${this.seq}`;
  }

  get isPrinting() {
    return this.#windowed.whole;
  }

  /** Number of events shown. */
  get shown() {
    return this.#shown.items.length;
  }

  get offered() {
    return this.#shown.offered;
  }

  get search() {
    return this.isEverywhere ? null : this.history.live()?.get(/** @type {string} */ (this.boardId)) ?? null;
  }

  /** @param {string} key */
  isShown(key) {
    return this.#shown.keys.includes(key);
  }

  // --- actions

  /** @param {string} name @param {any} value */
  ask(name, value) {
    this.#narrow({ ...this.values, [name]: value }, this.text);
  }

  clearFilter = () => this.#narrow(NONE, "");

  /** @param {{ target: { value: any } }} given */
  typed = ({ target: { value } }) => this.#narrow(this.values, value);

  /**
   * Keep the words and move the focus to the results.
   * @param {any} event
   */
  leavesField = (event) => {
    if (event.isComposing || !["Escape", "ArrowDown", "Enter"].includes(event.key)) return;
    event.preventDefault();
    this.#focus(this.#shown.keys[0]);
  };

  toNewest = () => {
    this.fresh = 0;
    this.#windowed.toTop();
  };

  /** @param {any} values @param {string} text */
  #narrow(values, text) {
    this.values = values;
    this.text = text;
    this.#stale = true;
    // no history entry: the back button must not step through every keystroke
    history.replaceState(history.state, "", location.pathname + written(values) + toHash(/** @type {any} */ (this)));
    this.#top = null;
    this.#windowed.toTop();
  }

  #went = () => {
    Object.assign(this, readHash(location.hash));
    this.#revealed = false;
    this.#stale = true;
    this.#frames.now();
  };

  #onScroll = () => {
    if (this.fresh && this.#windowed.isAtTop) this.draw();
    if (this.#isNearEnd()) this.history.read();
  };

  /** With a filter by text or person, one screen of results may need the whole history: load more only on demand. */
  #isNearEnd() {
    if (!this.isEverywhere || this.history.complete || this.history.state !== "read") return false;
    if (this.values.from !== null) return /** @type {any} */ (this.history).from > this.values.from;
    const { scrollHeight } = document.documentElement;
    return !this.isFiltered && scrollHeight - scrollY - innerHeight < NEAR_END_PX;
  }

  // --- drawing

  /** Regroup when the shift may have changed hands. */
  #onShiftChanged = () => {
    const shift = this.session.shiftStatus?.shift;
    if (shift) this.#shifts.follow(shift.number);
    this.#more();
  };

  #more = () => {
    this.#stale = true;
    this.draw();
  };

  #render() {
    if (this.history.state === "forbidden") return this.#onAccessLost();
    if (this.#stale) this.#find();
    const reads = this.#isReading;
    this.#windowed.update(this.#shown.keys, () => keepFocus(this.#root, () => render(this.#template(), this.#root)));
    this.clock.fill();
    if (this.#isLost) this.#chain.ask();
    this.#isLost = false;
    if (reads && isFocusLost()) this.#list?.focus({ preventScroll: true }); // the focused event was scrolled far away
    this.#reveal();
    if (this.#isNearEnd()) this.history.read();
  }

  #template() {
    const { start, end } = this.#windowed;
    const items = this.#shown.items.slice(start, end);
    return html`${head(this)} ${tools(this)} ${notices(this)} ${newer(this)}
      <ol class="events" role="list" aria-label=${t("Events, newest first")} data-testid="events" tabindex="-1" @keydown=${this.#pressed} @focusin=${this.#focused}>
        ${repeat(items, ({ entry }) => entry.key, ({ entry, group }, at) => row(entry, start + at, group, this))}
      </ol>
      ${rest(this)}`;
  }

  /** Remove everything when access is lost. */
  #onAccessLost() {
    this.#isLost = true;
    this.#shown.forget();
    this.text = "";
    document.title = "Searchboard";
    render(forbidden(() => this.history.live()?.recheck()), this.#root);
  }

  #find() {
    this.#stale = false;
    this.#shown.find(this.values, this.text, this.#shifts);
    this.#count();
  }

  /** Count events that arrived above the first seen one. */
  #count() {
    const keys = this.#shown.keys;
    if (this.#top === null || (this.#windowed.isAtTop && !this.#isReading) || !keys.includes(this.#top)) this.#top = keys[0] ?? null;
    this.fresh = this.#top === null ? 0 : keys.indexOf(this.#top);
    this.current = keys.includes(this.current) ? this.current : keys[0] ?? null;
  }

  // --- position

  /** Scroll to the event in the URL once it is loaded. */
  #reveal() {
    if (this.#revealed || this.seq === null || !this.target || !this.isShown(this.target)) return;
    this.#revealed = true;
    this.current = this.target;
    this.#windowed.reveal(this.target);
    this.#rowOf(this.target)?.focus({ preventScroll: true });
  }

  get #list() {
    return this.#root.querySelector("ol.events");
  }

  /** Return true if an event has the focus. */
  get #isReading() {
    return Boolean(this.#list?.contains(document.activeElement));
  }

  /** @param {string} key */
  #rowOf(key) {
    return this.#root.querySelector(`[data-key="${CSS.escape(key)}"]`);
  }

  /** @param {{ target: any }} given */
  #focused = ({ target }) => {
    const key = target.closest("[data-key]")?.dataset.key;
    if (!key || key === this.current) return;
    this.current = key;
    this.draw();
  };

  /** @param {any} event */
  #pressed = (event) => {
    if (event.target.closest("a") && event.key === "Enter") return;
    const keys = this.#shown.keys, at = keys.indexOf(this.current);
    const to = findPressed("walk-events", event) ? at + (event.key === "ArrowDown" ? 1 : -1)
      : findPressed("first-last", event) ? (event.key === "Home" ? 0 : keys.length - 1) : null;
    if (to === null || !keys[to]) return;
    event.preventDefault();
    this.#focus(keys[to]);
  };

  /** @param {string} key */
  #focus(key) {
    if (!key) return;
    this.current = key;
    this.#frames.now();
    if (!this.#rowOf(key)) this.#windowed.reveal(key);
    this.#rowOf(key)?.focus({ preventScroll: true });
    this.#rowOf(key)?.scrollIntoView({ block: "nearest" });
  }
}
