/* Session of a display: its settings, its boards, and their freshness. It stores nothing and sends no commands. */

import { post } from "../core/connection/api.js";
import { elapsed, readClocks } from "../core/elapsed.js";
import { FRESH_MS } from "../core/connection/freshness.js";
import { LiveSession } from "../core/connection/live_session.js";
import { EchoProbe } from "./echo_probe.js";

const TIMEOUT_MS = 10_000; // a dead connection never answers
const REPORT_URL = "/api/v1/wall/told";
const CODE_ELSEWHERE = 4502; // close code: another screen took over this display
const STATES_WORST_FIRST = ["loading", "not_current", "catching_up", "live"]; // worst first

export class DisplaySession extends LiveSession {
  /** @type {DisplaySettings | null} */ display = null; // null until the server has sent them
  /** @type {string | null} */ ended = null; // "revoked" | "elsewhere": ended permanently
  rows = 0; // searches or cards on the screen, set by the view
  mute = false; // true if the browser blocks the sound, set by the view
  /** @type {DisplayCallbacks} */ #callbacks;
  /** @type {Record<string, any>} */ #page; // settings at the time of rendering
  /** @type {number | null} */ #closeCode = null;
  #echo = new EchoProbe();
  /** @type {ClockReading | null} */ #heartbeatSince = null; // clock reading that is not later than the last heartbeat
  #followedSince = readClocks(); // clock reading of the last change of the followed boards
  /** @type {Set<(board: Board, events: JournalEvent[]) => void>} */ #eventWatchers = new Set();

  /** @param {{ id: string, version: string, settings: Record<string, any> }} page data of the rendered page @param {DisplayCallbacks} on */
  constructor({ id, version, settings }, on) {
    super({ account: { id, name: "", role: "viewer" }, version, query: `?display=${randomName()}` });
    this.#page = settings;
    this.#callbacks = on;
  }

  // --- read by the view

  /**
   * Return the board, or undefined if the display does not show it.
   * @param {string} id
   */
  board(id) {
    return this.boards.get(id);
  }

  /** Boards that can be shown: not deleted, and visible to displays. */
  get shownBoards() {
    return [...this.boards.values()].filter((board) => board.freshness.state !== "forbidden");
  }

  /**
   * Freshness of the least fresh board: {state, provenAt, proven}. `proven` is a clock reading; before the first
   * proof, the time at which the board was first followed.
   */
  get freshness() {
    const freshnesses = this.shownBoards.map(({ freshness }) => freshness);
    if (!freshnesses.length) return this.#connectionFreshness();
    const state = STATES_WORST_FIRST[Math.min(...freshnesses.map((freshness) => STATES_WORST_FIRST.indexOf(freshness.state)))];
    const provenTimes = freshnesses.map(({ provenAt }) => provenAt), now = readClocks();
    const proven = freshnesses.map((freshness) => freshness.proven ?? this.#followedSince).reduce((a, b) => (elapsed(a, now) > elapsed(b, now) ? a : b));
    return { state, provenAt: provenTimes.every(Boolean) ? new Date(Math.min(...provenTimes.map(Number))) : null, proven };
  }

  /** True if the connection should be checked. */
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
   * Call `fn(board, events)` after a board has applied events. Returns the function that stops it.
   * @param {(board: Board, events: JournalEvent[]) => void} fn
   */
  watchEvents(fn) {
    this.#eventWatchers.add(fn);
    return () => this.#eventWatchers.delete(fn);
  }

  // --- connection

  tick() {
    super.tick();
    if (this.connection.state === "open") this.#sendProbe();
    this.changed();
  }

  /** @param {HelloFrame & { display: DisplaySettings }} frame */
  onHello(frame) {
    this.#echo.opened();
    this.#sendProbe();
    super.onHello(frame);
    this.#show(frame.display);
  }

  /** @param {Frame} frame */
  receive(frame) {
    if (frame.type === "pong") return this.#echo.answered(frame.id);
    if (frame.type === "display") return this.#show(frame.display);
    return super.receive(frame);
  }

  /** @param {Frame} frame */
  onHeads(frame) {
    const sent = this.#echo.since;
    if (!sent) return; // the age of the heartbeat is unknown until the first pong
    this.#heartbeatSince = sent;
    super.onHeads(frame, sent);
  }

  /** @param {number | null} code */
  onDown(code) {
    this.#closeCode = code;
    this.#echo.lost();
    super.onDown(code);
  }

  /** Check by a status report that this is still the display: a browser cannot see why a handshake was refused. */
  async identify() {
    if (this.#closeCode === CODE_ELSEWHERE) this.#end("elsewhere");
    else await post(REPORT_URL, this.contact(), { timeoutMs: TIMEOUT_MS });
    return true;
  }

  signIn() {
    this.#end("revoked");
  }

  reload() {
    this.#callbacks.reload();
  }

  /**
   * Apply new settings. A change of language, profile or reload counter reloads the page.
   * @param {DisplaySettings} display
   */
  #show(display) {
    this.display = display;
    if (["language", "profile", "reload"].some((name) => display[name] !== this.#page[name])) return this.reload();
    for (const id of this.boards.keys()) if (!display.shows.boards.includes(id)) this.#unfollow(id);
    for (const id of display.shows.boards) if (!this.boards.has(id)) this.follow(id);
    return this.changed();
  }

  /** @param {string} id */
  follow(id) {
    this.#followedSince = readClocks();
    const board = super.follow(id);
    board.watch((of, events) => this.#applied(of, events));
    return board;
  }

  /** @param {string} id */
  #unfollow(id) {
    this.boards.delete(id);
    this.transmit({ type: "unsubscribe", board: id });
  }

  /** @param {Board} board @param {JournalEvent[]} events */
  #applied(board, events) {
    if (this.boards.get(board.id) !== board) return; // no longer followed
    for (const fn of this.#eventWatchers) fn(board, events);
    this.changed();
  }

  /**
   * End the session permanently, and drop all data.
   * @param {string} reason
   */
  #end(reason) {
    if (this.ended) return;
    this.ended = reason;
    this.stop();
    this.boards.clear();
    this.#callbacks.ended(reason);
  }

  /** Return the freshness if no board is left: only heartbeats count. */
  #connectionFreshness() {
    const proven = this.#heartbeatSince ?? this.#followedSince;
    return { state: elapsed(proven) < FRESH_MS ? "live" : "not_current", provenAt: null, proven };
  }

  #sendProbe() {
    this.#echo.ask((/** @type {Frame} */ frame) => this.connection.send(frame));
  }
}

/** Return a random name of this page: a late reply to its own abandoned attempt must not evict it. */
const randomName = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
