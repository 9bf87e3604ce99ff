/* A display's line to the server, what it is to show, and the boards that it follows. It keeps nothing and sends no command. */

import { postJson } from "../core/api.js";
import { elapsed, readClocks } from "../core/elapsed.js";
import { Connection } from "../core/connection.js";
import { FRESH_MS } from "../core/freshness.js";
import { Board } from "../core/store.js";
import { syncClock } from "./server_clock.js";
import { EchoProbe } from "./echo_probe.js";

const TICK = 1_000;           // ms
const TIMEOUT_MS = 10_000;   // for an answer; a dead line gives none
const CONTACT = "/api/v1/wall/told";
const ELSEWHERE = 4502;       // close code: another screen is this display by now
const WORST = ["loading", "not_current", "catching_up", "live"]; // first
const NOTHING = Object.freeze([]);
const OUTBOX = { pending: () => NOTHING, applied() {}, eventApplied() {} }; // boards ask after what waits: nothing ever does

export class DisplaySession {
  account;
  display = null;     // {profile, language, shows, theme, sound, reload}, once the server has said so
  shift = null;       // {name, since, number}, or null where nobody holds it or it is not known
  shiftKnown = false;
  timesMayBeWrong = false; // the server's clock was set, or is behind what is on record
  version;
  newVersion = null;  // the server's, where this page is of another
  ended = null;       // "revoked" | "elsewhere": it does not go on by itself
  rows = 0;           // searches or cards on the screen, as the stage says
  mute = false;       // it is to sound, and its browser does not let it, as the stage says
  outbox = OUTBOX;
  connection;
  #boards = new Map();
  #on;
  #page;
  #closed = null;
  #echo = new EchoProbe();
  #heard = null;            // reading: before it no heartbeat was sent that came since
  #began = readClocks();       // when what is to be shown was last another
  #timer = null;
  #watchers = new Set();
  #hearers = new Set();

  /**
   * page: {id, version, settings: {profile, language, reload}}, as this page was written
   * on: {reload(): has it loaded anew, safely; ended("revoked" | "elsewhere"): it does not go on}
   */
  constructor({ id, version, settings }, on) {
    this.account = { id };
    this.version = version;
    this.#page = settings;
    this.#on = on;
    this.connection = new Connection(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws?display=${randomName()}`, {
      hello: (frame) => this.#onHello(frame),
      frame: (frame) => this.#receive(frame),
      down: (code) => this.#onDown(code),
      changed: () => this.#changed(),
      whoAmI: () => this.#whoAmI(),
      signIn: () => this.#end("revoked"),
      reload: () => this.#on.reload(),
    });
  }

  start() {
    for (const event of ["online", "offline", "pageshow", "focus"]) addEventListener(event, this.#recheck);
    document.addEventListener("visibilitychange", this.#recheck);
    this.#timer = setInterval(() => this.#tick(), TICK);
    this.connection.start();
    return this;
  }

  stop() {
    for (const event of ["online", "offline", "pageshow", "focus"]) removeEventListener(event, this.#recheck);
    document.removeEventListener("visibilitychange", this.#recheck);
    clearInterval(this.#timer);
    this.connection.stop();
  }

  // --- what is drawn

  /** -> Board, or undefined where it is not among what is shown */
  board(id) {
    return this.#boards.get(id);
  }

  /** Those of which something can be shown: the others are gone, or no display may see them. */
  get shownBoards() {
    return [...this.#boards.values()].filter((board) => board.freshness.state !== "forbidden");
  }

  /** {state, provenAt, proven}: the worst of what is followed. proven: a reading; while nothing is proven, when that began. */
  get freshness() {
    const all = this.shownBoards.map(({ freshness }) => freshness);
    if (!all.length) return this.#lineFreshness();
    const state = WORST[Math.min(...all.map((each) => WORST.indexOf(each.state)))];
    const at = all.map(({ provenAt }) => provenAt), now = readClocks();
    const proven = all.map((each) => each.proven ?? this.#began).reduce((a, b) => (elapsed(a, now) > elapsed(b, now) ? a : b));
    return { state, provenAt: at.every(Boolean) ? new Date(Math.min(...at)) : null, proven };
  }

  /** Whether the line should be looked at. */
  get isSilent() {
    return this.#echo.isSilent;
  }

  /** What it tells of itself: the body of its contact. */
  contact() {
    const { state, provenAt } = this.freshness;
    const applied = this.shownBoards.filter(({ seq }) => seq !== null).map(({ id, seq }) => [id, seq]);
    const [width, height] = [innerWidth, innerHeight].map((length) => Math.round(length * devicePixelRatio));
    return {
      version: this.version, current: state === "live", boards: Object.fromEntries(applied), since: provenAt?.toISOString() ?? null,
      screen: `${width}x${height}`, rows: this.rows, ...(this.mute && { mute: true }),
    };
  }

  /** fn(screen) after a change of anything that is shown, and once a second. -> unwatch */
  watch(fn) {
    this.#watchers.add(fn);
    return () => this.#watchers.delete(fn);
  }

  /** fn(board, events) after a board has applied something. -> unwatch */
  watchEvents(fn) {
    this.#hearers.add(fn);
    return () => this.#hearers.delete(fn);
  }

  // --- what boards need

  transmit(frame) {
    return this.connection.send(frame);
  }

  /** Names come with the states: nobody has to be asked after. */
  ensureAccounts() {}

  // --- the line

  #onHello({ account, server, display }) {
    this.account = account;
    this.newVersion = server === this.version ? null : server;
    this.#echo.opened();
    this.#ask();
    this.#show(display);
    for (const board of this.#boards.values()) board.subscribe();
    this.#changed();
  }

  #receive(frame) {
    if (frame.type === "heads") return this.#onHeads(frame);
    if (frame.type === "pong") return this.#echo.answered(frame.id);
    if (frame.type === "display") return this.#show(frame.display, { subscribe: true });
    if (frame.type === "shift") return this.#onDuty(frame.shift);
    if (frame.type === "clock") return this.#clock(frame);
    return this.#boards.get(frame.board)?.receive(frame);
  }

  #onHeads({ at, heads }) {
    const sent = this.#echo.since;
    if (!sent) return; // it may be as old as it likes
    syncClock(at);
    this.#heard = sent;
    for (const [id, head] of Object.entries(heads)) this.#boards.get(id)?.onHeads(head, at, sent);
  }

  #clock({ jumped, ahead }) {
    this.timesMayBeWrong = Boolean(jumped || ahead);
    this.#changed();
  }

  #onDuty(shift) {
    this.shift = shift;
    this.shiftKnown = true;
    this.#changed();
  }

  /** What it is to show is another: words and sight of another kind need another page, all else is done in this one. */
  #show(display, { subscribe = false } = {}) {
    this.display = display;
    if (["language", "profile", "reload"].some((name) => display[name] !== this.#page[name])) return this.#on.reload();
    for (const id of this.#boards.keys()) if (!display.shows.boards.includes(id)) this.#leave(id);
    for (const id of display.shows.boards) if (!this.#boards.has(id)) this.#follow(id, subscribe);
    return this.#changed();
  }

  #follow(id, subscribe) {
    const board = new Board(id, this);
    this.#began = readClocks();
    this.#boards.set(id, board);
    board.watch((of, events) => this.#applied(of, events));
    if (subscribe) board.subscribe();
  }

  #leave(id) {
    this.#boards.delete(id);
    this.transmit({ type: "unsubscribe", board: id });
  }

  #applied(board, events) {
    if (this.#boards.get(board.id) !== board) return; // it was left, and had still something to tell
    for (const fn of this.#hearers) fn(board, events);
    this.#changed();
  }

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

  #recheck = (event) => {
    if (event.type === "visibilitychange") for (const board of this.#boards.values()) board.hidden();
    if (document.hidden) return;
    this.connection.recheck();
    for (const board of this.#boards.values()) board.recheck();
  };

  /** A browser can't see why it was refused: whether it still is this display, its own contact says. */
  async #whoAmI() {
    if (this.#closed === ELSEWHERE) return this.#end("elsewhere"), "me";
    try {
      const answer = await postJson(CONTACT, this.contact(), { timeoutMs: TIMEOUT_MS });
      if (answer.status === 401) return "nobody";
      return answer.ok ? "me" : "unknown";
    } catch {
      return "unknown";
    }
  }

  /** For good: nothing of what it showed stays. */
  #end(why) {
    if (this.ended) return;
    this.ended = why;
    this.stop();
    this.#boards.clear();
    this.#on.ended(why);
  }

  /** Where nothing that is named is there any more, that there are heartbeats is all that can be said. */
  #lineFreshness() {
    const proven = this.#heard ?? this.#began;
    return { state: elapsed(proven) < FRESH_MS ? "live" : "not_current", provenAt: null, proven };
  }

  #ask() {
    this.#echo.ask((frame) => this.connection.send(frame));
  }

  #changed() {
    for (const fn of this.#watchers) {
      try {
        fn(this);
      } catch (error) {
        reportError(error); // what can't be drawn must not keep the screen from following its boards
      }
    }
  }
}

/** What this page calls itself: an attempt to connect that it gave up, and that is answered late, must not show it out. */
const randomName = () => [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
