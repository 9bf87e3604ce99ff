/* Live session of a page: its socket, and the boards that it follows. A person's page (core/connection/session.js) and a wall
   (display/display_session.js) extend it by their identity, the way they end, and their own frames. */

import { whenSignInEnds } from "./api.js";
import { Connection } from "./connection.js";
import { Refusal } from "../errors.js";
import { Board } from "../storage/store.js";
import { loadFormats, syncClock } from "../time.js";

const TICK_MS = 1_000;
/** @param {ShiftFrame} frame */
const statusOf = ({ shift, handover, duties = [], absent = [], next = [] }) => ({ shift, handover, duties, absent, next });
/** @type {readonly PendingCommand[]} */
const NO_COMMANDS = Object.freeze([]);

export class LiveSession {
  /** @type {Account} */ account;
  version;
  /** @type {string | undefined} */ form; // format version of the entities that the server sends
  /** @type {string | null} */ newVersion = null; // the server's version if it differs from this page's
  /** @type {Pick<ClockFrame, "jumped" | "ahead"> | null} */ clock = null; // the server's warning about its clock; null before the first
  /** @type {Omit<ShiftFrame, "type"> | null} */ shiftStatus = null; // null until the server has sent it
  /** @type {Pick<import("../storage/outbox.js").Outbox, "pending" | "applied" | "eventApplied">} */ outbox = { pending: () => [...NO_COMMANDS], applied() {}, eventApplied() {} };
  isSigningOut = false; // the server may close the socket before it answers: what is stored here is then deleted by the answer
  connection;
  /** @type {Map<string, Board>} */ boards = new Map();
  #stopped = new AbortController();
  /** @type {Set<(session: any) => void>} */ #watchers = new Set();

  /** @param {{ account: Account, version: string, query?: string }} options `version`: version of the server that rendered this page */
  constructor({ account, version, query = "" }) {
    this.account = account;
    this.version = version;
    this.connection = new Connection(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws${query}`, this);
    whenSignInEnds(() => this.connection.recheckIdentity());
  }

  start() {
    const { signal } = this.#stopped;
    for (const event of ["online", "offline", "pageshow", "focus"]) addEventListener(event, this.#recheck, { signal });
    document.addEventListener("visibilitychange", this.#recheck, { signal });
    const timer = setInterval(() => this.tick(), TICK_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
    this.connection.start();
    return this;
  }

  stop() {
    this.#stopped.abort();
    this.connection.stop();
  }

  /**
   * Follow a board over the shared socket.
   * @param {string} id
   */
  follow(id) {
    const board = new Board(id, this);
    this.boards.set(id, board);
    if (this.connection.state === "open") board.subscribe();
    return board;
  }

  /**
   * Call fn(session) after each change of this session.
   * @param {(session: this) => void} fn
   * @returns {() => void} stops it
   */
  watch(fn) {
    this.#watchers.add(fn);
    return () => this.#watchers.delete(fn);
  }

  /** @param {object} frame */
  transmit(frame) {
    return this.connection.send(frame);
  }

  /**
   * Load the accounts if one of these states or events names an unknown one.
   * @param {Iterable<{ state?: AnyState | null, actor?: Actor | null }>} _things
   */
  ensureAccounts(_things) {}

  changed() {
    for (const fn of this.#watchers) {
      try {
        fn(this);
      } catch (error) {
        reportError(error); // a drawing error must not stop the session from following its boards
      }
    }
  }

  /** Call once a second. */
  tick() {
    this.connection.tick();
    for (const board of this.boards.values()) board.tick();
  }

  // --- called by the connection

  /** @param {HelloFrame} frame */
  onHello({ account, server, form }) {
    this.account = account;
    this.form = form;
    this.newVersion = server === this.version ? null : server;
    for (const board of this.boards.values()) board.subscribe();
    loadFormats(); // while the boards are loading
    this.changed();
  }

  /** @param {any} frame */
  receive(frame) {
    if (frame.type === "heads") return this.onHeads(frame);
    if (frame.type === "shift") this.shiftStatus = statusOf(frame);
    else if (frame.type === "clock") this.clock = { jumped: frame.jumped, ahead: frame.ahead };
    else return this.boards.get(frame.board)?.receive(frame);
    return this.changed();
  }

  /**
   * @param {{ at: IsoTime, heads: { [board: string]: Head } }} frame
   * @param {ClockReading} [sent] clock reading that is not later than its sending, if known
   */
  onHeads({ at, heads }, sent) {
    syncClock(at);
    for (const [id, head] of Object.entries(heads)) this.boards.get(id)?.onHeads(head, at, sent);
  }

  /** @param {number | null} _code */
  onDown(_code) {
    for (const board of this.boards.values()) board.onClose();
  }

  /** @returns {Promise<"me" | "other" | "nobody" | "unknown">} */
  async whoAmI() {
    try {
      return (await this.identify()) ? "me" : "other";
    } catch (error) {
      return error instanceof Refusal && error.status === 401 ? "nobody" : "unknown";
    }
  }

  /**
   * Return true if the server still recognises the account that this page was rendered for. Rejects with Refusal or Offline.
   * @returns {Promise<boolean>}
   */
  identify() {
    throw new Error("A subclass must implement identify().");
  }

  /** The sign-in has ended. */
  signIn() {}

  /** Reload the page. */
  reload() {
    location.reload();
  }

  /** @param {Event} event */
  #recheck = (event) => {
    if (event.type === "visibilitychange") for (const board of this.boards.values()) board.hidden();
    if (document.hidden) return;
    this.connection.recheck();
    for (const board of this.boards.values()) board.recheck();
  };
}
