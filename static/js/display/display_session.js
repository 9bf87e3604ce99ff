/* Session of a display: its connection, its settings, and the boards it follows. It stores nothing and sends no commands. */

import { post } from "../core/api.js";
import { elapsed, readClocks } from "../core/elapsed.js";
import { Connection } from "../core/connection.js";
import { FRESH_MS } from "../core/freshness.js";
import { Board } from "../core/store.js";
import { syncClock } from "./server_clock.js";
import { EchoProbe } from "./echo_probe.js";

const TICK_MS = 1_000; // ms
const TIMEOUT_MS = 10_000; // a dead connection never answers
const REPORT_URL = "/api/v1/wall/told";
const CODE_ELSEWHERE = 4502; // close code: another screen took over this display
const WORST = ["loading", "not_current", "catching_up", "live"]; // worst first
/** @type {readonly PendingCommand[]} */
const NOTHING = Object.freeze([]);
const OUTBOX = { pending: () => NOTHING, applied() {}, eventApplied() {} }; // boards ask for pending commands; a display has none

export class DisplaySession {
  /** @type {{ id: string }} */ account;
  /** @type {DisplaySettings | null} */ display = null; // once the server has sent them
  /** @type {DisplayShift | null} */ shift = null; // null while nobody holds the shift, or it is unknown
  shiftKnown = false;
  timesMayBeWrong = false; // the server's clock was set, or is behind the journal
  /** @type {string} */ version;
  /** @type {string | null} */ newVersion = null; // the server's version, if it differs from the page's
  /** @type {string | null} */ ended = null; // "revoked" | "elsewhere": ended for good
  rows = 0; // searches or cards on the screen, set by the view
  mute = false; // sound is on but the browser blocks it, set by the view
  outbox = OUTBOX;
  /** @type {Connection} */ connection;
  /** @type {Map<string, Board>} */ #boards = new Map();
  /** @type {DisplayCallbacks} */ #on;
  /** @type {Record<string, any>} */ #page; // settings that this page was rendered with
  /** @type {number | null} */ #closed = null;
  #echo = new EchoProbe();
  /** @type {ClockReading | null} */ #heartbeatSince = null; // clock reading: no received heartbeat was sent before it
  #followedSince = readClocks(); // clock reading when the followed boards last changed
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;
  /** @type {Set<(session: DisplaySession) => void>} */ #watchers = new Set();
  /** @type {Set<(board: Board, events: JournalEvent[]) => void>} */ #eventWatchers = new Set();

  /**
   * @param {{ id: string, version: string, settings: Record<string, any> }} page as rendered
   * @param {DisplayCallbacks} on
   */
  constructor({ id, version, settings }, on) {
    this.account = { id };
    this.version = version;
    this.#page = settings;
    this.#on = on;
    this.connection = new Connection(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws?display=${randomName()}`, {
      hello: (/** @type {Frame} */ frame) => this.#onHello(frame),
      frame: (/** @type {Frame} */ frame) => this.#receive(frame),
      down: (/** @type {number | null} */ code) => this.#onDown(code),
      changed: () => this.#changed(),
      whoAmI: () => this.#whoAmI(),
      signIn: () => this.#end("revoked"),
      reload: () => this.#on.reload(),
    });
  }

  start() {
    for (const event of ["online", "offline", "pageshow", "focus"]) addEventListener(event, this.#recheck);
    document.addEventListener("visibilitychange", this.#recheck);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.connection.start();
    return this;
  }

  stop() {
    for (const event of ["online", "offline", "pageshow", "focus"]) removeEventListener(event, this.#recheck);
    document.removeEventListener("visibilitychange", this.#recheck);
    clearInterval(this.#timer);
    this.connection.stop();
  }

  // --- what the view reads

  /**
   * Return the board, or undefined if it is not shown.
   * @param {string} id
   */
  board(id) {
    return this.#boards.get(id);
  }

  /** Boards that can be shown: not deleted, and visible to displays. */
  get shownBoards() {
    return [...this.#boards.values()].filter((board) => board.freshness.state !== "forbidden");
  }

  /**
   * Freshness of the least fresh board: {state, provenAt, proven}. `proven` is a clock reading; before the first
   * confirmation, the time when the board was first followed.
   */
  get freshness() {
    const all = this.shownBoards.map(({ freshness }) => freshness);
    if (!all.length) return this.#lineFreshness();
    const state = WORST[Math.min(...all.map((each) => WORST.indexOf(each.state)))];
    const at = all.map(({ provenAt }) => provenAt), now = readClocks();
    const proven = all.map((each) => each.proven ?? this.#followedSince).reduce((a, b) => (elapsed(a, now) > elapsed(b, now) ? a : b));
    return { state, provenAt: at.every(Boolean) ? new Date(Math.min(...at.map(Number))) : null, proven };
  }

  /** Return whether the connection should be checked. */
  get isSilent() {
    return this.#echo.isSilent;
  }

  /** Body of the status report. */
  contact() {
    const { state, provenAt } = this.freshness;
    const applied = this.shownBoards.filter(({ seq }) => seq !== null).map(({ id, seq }) => [id, seq]);
    const [width, height] = [innerWidth, innerHeight].map((length) => Math.round(length * devicePixelRatio));
    return {
      version: this.version, current: state === "live", boards: Object.fromEntries(applied), since: provenAt?.toISOString() ?? null,
      screen: `${width}x${height}`, rows: this.rows, ...(this.mute && { mute: true }),
    };
  }

  /**
   * Call `fn(session)` after each visible change and once a second. Return the function that stops it.
   * @param {(session: DisplaySession) => void} fn
   */
  watch(fn) {
    this.#watchers.add(fn);
    return () => this.#watchers.delete(fn);
  }

  /**
   * Call `fn(board, events)` after a board has applied events. Return the function that stops it.
   * @param {(board: Board, events: JournalEvent[]) => void} fn
   */
  watchEvents(fn) {
    this.#eventWatchers.add(fn);
    return () => this.#eventWatchers.delete(fn);
  }

  // --- what boards need

  /** @param {Frame} frame */
  transmit(frame) {
    return this.connection.send(frame);
  }

  /** Names are part of the states: nothing to request. */
  ensureAccounts() {}

  // --- connection

  /** @param {Frame} frame */
  #onHello({ account, server, display }) {
    this.account = account;
    this.newVersion = server === this.version ? null : server;
    this.#echo.opened();
    this.#ask();
    this.#show(display);
    for (const board of this.#boards.values()) board.subscribe();
    this.#changed();
  }

  /** @param {Frame} frame */
  #receive(frame) {
    if (frame.type === "heads") return this.#onHeads(frame);
    if (frame.type === "pong") return this.#echo.answered(frame.id);
    if (frame.type === "display") return this.#show(frame.display, { subscribe: true });
    if (frame.type === "shift") return this.#onDuty(frame.shift);
    if (frame.type === "clock") return this.#clock(frame);
    return this.#boards.get(frame.board)?.receive(frame);
  }

  /** @param {Frame} frame */
  #onHeads({ at, heads }) {
    const sent = this.#echo.since;
    if (!sent) return; // its age is unknown until the first pong
    syncClock(at);
    this.#heartbeatSince = sent;
    for (const [id, head] of Object.entries(heads)) this.#boards.get(id)?.onHeads(head, at, sent);
  }

  /** @param {Frame} frame */
  #clock({ jumped, ahead }) {
    this.timesMayBeWrong = Boolean(jumped || ahead);
    this.#changed();
  }

  /** @param {DisplayShift | null} shift */
  #onDuty(shift) {
    this.shift = shift;
    this.shiftKnown = true;
    this.#changed();
  }

  /**
   * Apply new settings. Another language, profile or reload counter needs a new page.
   * @param {DisplaySettings} display
   * @param {{ subscribe?: boolean }} [options]
   */
  #show(display, { subscribe = false } = {}) {
    this.display = display;
    if (["language", "profile", "reload"].some((name) => display[name] !== this.#page[name])) return this.#on.reload();
    for (const id of this.#boards.keys()) if (!display.shows.boards.includes(id)) this.#leave(id);
    for (const id of display.shows.boards) if (!this.#boards.has(id)) this.#follow(id, subscribe);
    return this.#changed();
  }

  /**
   * @param {string} id
   * @param {boolean} subscribe
   */
  #follow(id, subscribe) {
    const board = new Board(id, this);
    this.#followedSince = readClocks();
    this.#boards.set(id, board);
    board.watch((/** @type {Board} */ of, /** @type {JournalEvent[]} */ events) => this.#applied(of, events));
    if (subscribe) board.subscribe();
  }

  /** @param {string} id */
  #leave(id) {
    this.#boards.delete(id);
    this.transmit({ type: "unsubscribe", board: id });
  }

  /**
   * @param {Board} board
   * @param {JournalEvent[]} events
   */
  #applied(board, events) {
    if (this.#boards.get(board.id) !== board) return; // no longer followed
    for (const fn of this.#eventWatchers) fn(board, events);
    this.#changed();
  }

  /** @param {number | null} code */
  #onDown(code) {
    this.#closed = code;
    this.#echo.lost();
    for (const board of this.#boards.values()) board.onClose();
  }

  #tick() {
    this.connection.tick();
    if (this.connection.state === "open") this.#ask();
    for (const board of this.#boards.values()) board.tick();
    this.#changed();
  }

  /** @param {Event} event */
  #recheck = (event) => {
    if (event.type === "visibilitychange") for (const board of this.#boards.values()) board.hidden();
    if (document.hidden) return;
    this.connection.recheck();
    for (const board of this.#boards.values()) board.recheck();
  };

  /** Ask by status report whether this is still the display: a browser cannot see why a handshake was refused. */
  async #whoAmI() {
    if (this.#closed === CODE_ELSEWHERE) return this.#end("elsewhere"), "me";
    try {
      await post(REPORT_URL, this.contact(), { timeoutMs: TIMEOUT_MS });
      return "me";
    } catch (error) {
      return /** @type {Refusal} */ (error).status === 401 ? "nobody" : "unknown";
    }
  }

  /**
   * End the session for good and drop all data.
   * @param {string} why
   */
  #end(why) {
    if (this.ended) return;
    this.ended = why;
    this.stop();
    this.#boards.clear();
    this.#on.ended(why);
  }

  /** Freshness while no board is left: heartbeats alone count. */
  #lineFreshness() {
    const proven = this.#heartbeatSince ?? this.#followedSince;
    return { state: elapsed(proven) < FRESH_MS ? "live" : "not_current", provenAt: null, proven };
  }

  #ask() {
    this.#echo.ask((/** @type {Frame} */ frame) => this.connection.send(frame));
  }

  #changed() {
    for (const fn of this.#watchers) {
      try {
        fn(this);
      } catch (error) {
        reportError(error); // a drawing error must not stop the session from following its boards
      }
    }
  }
}

/** Name of this page: a late reply to an abandoned attempt of its own must not evict it. */
const randomName = () => [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
