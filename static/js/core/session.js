/* The session of one page: the account, its socket, the boards it follows and the commands it has yet to send. */

import { get, orNull, whenSignInEnds } from "./api.js";
import { Board } from "./store.js";
import { Connection } from "./connection.js";
import { Outbox } from "./outbox.js";
import { syncClock } from "./time.js";
import { SIGNED_OUT, close as keepNothing, clearAll } from "./storage.js";
import { vault } from "./vault.js";

const ROLES = ["viewer", "investigator", "coordinator", "admin"]; // each includes the rights of those before it
const TICK_MS = 1_000;             // ms
const ACCOUNTS_EVERY_MS = 5_000;   // ms: minimum time between two requests for the list of accounts
const ADOPT_EVERY = 10;         // ticks

export class Session {
  account;
  /** @type {Map<string, Account>} */ accounts = new Map();
  version;
  /** @type {string | null} */ newVersion = null;  // the server's version, where it differs from this page's
  outbox;
  /** @type {any | null} */ alerts = null;      // the Alerts of this page, if it shows any
  /** @type {Pick<ClockFrame, "jumped" | "ahead"> | null} */ clock = null;       // clock warning of the server, {jumped, ahead}; null until one came
  /** @type {Pick<ShiftFrame, "shift" | "handover"> | null} */ shiftStatus = null;        // shift and open handover, {shift, handover}; null until the server sent them
  /** @type {any | null} */ pageCommands = null; // commands of this page, for shortcuts and palette: {page, may, commands, things}
  /** @type {ReadPositionTracker | null} */ readPositions = null;        // ReadPositionTracker, on pages that count as seeing a board
  connection;
  /** @type {any} */ #boards = new Map();
  #tab;
  #ticks = 0;
  /** @type {Timer | null} */ #timer = null;
  #accountsLoadedAt = -Infinity;
  #accountsComplete = true;   // false while an account id was seen that is not in `accounts`
  #watchers = new Set();

  /**
   * @param {{account: {id: string, name: string, role: string}, version: string, tab: Tab}} options `version`: of the server
   *   that rendered this page; `tab`: an open Tab
   */
  constructor({ account, version, tab }) {
    this.account = account;
    this.version = version;
    this.#tab = tab;
    this.outbox = new Outbox({ tab, transmit: (frame) => this.transmit(frame), changed: (board) => this.#entryChanged(board) });
    this.connection = new Connection(socketUrl(), {
      hello: (frame) => this.#onHello(frame),
      frame: (frame) => this.#receive(frame),
      down: () => this.#onDown(),
      changed: () => this.#changed(),
      whoAmI: () => this.#whoAmI(),
      signIn: () => this.#signIn(),
      reload: () => location.reload(),
    });
    whenSignInEnds(() => this.connection.signedOut());
  }

  start() {
    addEventListener("online", this.#recheck);
    addEventListener("offline", this.#recheck);
    addEventListener("pageshow", this.#recheck);
    addEventListener("focus", this.#recheck);
    addEventListener("storage", this.#onStorage);
    document.addEventListener("visibilitychange", this.#recheck);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.connection.start();
    this.#loadAccounts();
    vault.whenOpened(() => {
      this.outbox.opened();
      for (const board of this.#boards.values()) board.changed();
      this.#changed();
    });
    return this;
  }

  stop() {
    removeEventListener("online", this.#recheck);
    removeEventListener("offline", this.#recheck);
    removeEventListener("pageshow", this.#recheck);
    removeEventListener("focus", this.#recheck);
    removeEventListener("storage", this.#onStorage);
    document.removeEventListener("visibilitychange", this.#recheck);
    clearInterval(this.#timer);
    this.connection.stop();
    this.#tab.close();
  }

  /**
   * Return the board, subscribed from now on over the shared socket.
   * @param {string} id
   */
  board(id) {
    if (!this.#boards.has(id)) {
      this.#boards.set(id, new Board(id, this));
      if (this.connection.state === "open") this.#boards.get(id).subscribe();
    }
    return this.#boards.get(id);
  }

  /** @param {Role} role */
  can(role) {
    return ROLES.indexOf(this.account.role) >= ROLES.indexOf(role);
  }

  /**
   * Call fn() after each change of the connection, the account, the accounts or the pending commands.
   * @param {(session: Session) => void} fn
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

  /** Sign out in every tab of this account. Delete everything stored for it, or (`keeping`) leave the drafts, encrypted. */
  async signOut({ keeping = false } = {}) {
    if (keeping) await vault.flushed();
    else clearAll();
    try {
      localStorage.setItem(SIGNED_OUT, JSON.stringify({ account: this.account.id, at: Date.now() }));
    } catch {
      // other tabs then learn of it from the server
    }
    this.#redirect("/login");
  }

  /**
   * Load the accounts if one of these states or events names an unknown one.
   * @param {Iterable<{ state?: AnyState | null, actor?: Actor | null }>} things iterable of {state, actor}
   */
  ensureAccounts(things) {
    for (const { state, actor } of things) {
      const ids = [state?.lead, state?.assignee, actor?.id, ...(state?.members ?? [])];
      if (ids.some((id) => id && !this.accounts.has(id))) return void this.#loadAccounts();
    }
  }

  /** @param {HelloFrame} frame */
  #onHello({ account, server }) {
    if (account.id !== this.account.id) return location.reload(); // the browser's cookie belongs to another account by now
    this.account = account;
    this.newVersion = server === this.version ? null : server;
    for (const board of this.#boards.values()) board.subscribe();
    this.outbox.onOpen();
    this.alerts?.ask();
    return this.#changed();
  }

  /** @param {ServerFrame} frame */
  #receive(frame) {
    if (frame.type === "heads") return this.#onHeads(frame);
    if (frame.type === "alerts") return this.alerts?.onFrame(frame);
    if (frame.type === "shift") return this.#onShift(frame);
    if (frame.type === "clock") return this.#clock(frame);
    if (frame.type === "account") return this.#onAccount(frame.account);
    if (frame.type === "ack") return this.outbox.acknowledged(frame, this.#boards.get(frame.board)?.seq ?? null);
    if (frame.type === "refused") return this.outbox.refused(frame);
    if (frame.type === "error" && frame.id) this.outbox.refused(/** @type {RefusedFrame} */ (frame));
    return this.#boards.get(frame.board)?.receive(frame);
  }

  /** @param {ShiftFrame} frame */
  #onShift({ shift, handover }) {
    this.shiftStatus = { shift, handover };
    this.#changed();
  }

  /** @param {ClockFrame} frame */
  #clock({ jumped, ahead }) {
    this.clock = { jumped, ahead };
    this.#changed();
  }

  /**
   * The account has a new name or role: views redraw, as rights may have changed.
   * @param {Account} account
   */
  #onAccount(account) {
    this.account = account;
    this.#changed();
    for (const board of this.#boards.values()) board.changed();
  }

  /** @param {{ at: IsoTime, heads: { [board: string]: Head } }} options */
  #onHeads({ at, heads }) {
    syncClock(at);
    for (const [id, head] of Object.entries(heads)) this.#boards.get(id)?.onHeads(head, at);
  }

  #onDown() {
    this.outbox.onClose();
    for (const board of this.#boards.values()) board.onClose();
  }

  #tick() {
    this.connection.tick();
    this.outbox.tick();
    for (const board of this.#boards.values()) board.tick();
    if (!this.#accountsComplete && this.connection.state === "open") this.#loadAccounts();
    if ((this.#ticks += 1) % ADOPT_EVERY === 0) this.outbox.adopt();
  }

  /** @param {Event} event */
  #recheck = (event) => {
    if (event.type === "visibilitychange") for (const board of this.#boards.values()) board.hidden();
    if (document.hidden) return;
    this.connection.recheck();
    for (const board of this.#boards.values()) board.recheck();
  };

  /** @param {StorageEvent} event */
  #onStorage = (event) => {
    if (event.key !== SIGNED_OUT || !event.newValue) return;
    if (JSON.parse(event.newValue).account === this.account.id) this.#redirect("/login");
  };

  async #whoAmI() {
    try {
      return (await get("/api/v1/me", { repeat: false })).id === this.account.id ? "me" : "other";
    } catch (error) {
      return /** @type {Refusal} */ (error).status === 401 ? "nobody" : "unknown";
    }
  }

  // Drafts and outbox are kept: they continue when the same person signs in again.
  #signIn() {
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}#ended`); // `#ended` makes the login page explain why
  }

  /** @param {string} place */
  #redirect(place) {
    keepNothing();
    this.stop();
    location.replace(place);
  }

  async #loadAccounts() {
    this.#accountsComplete = false;
    if (Date.now() - this.#accountsLoadedAt < ACCOUNTS_EVERY_MS) return; // a later tick asks again
    this.#accountsLoadedAt = Date.now();
    this.#accountsComplete = true; // set to false again if another unknown account appears before the answer
    const answer = await orNull(get("/api/v1/accounts"));
    if (!answer) return void (this.#accountsComplete = false);
    this.accounts = new Map(answer.accounts.map((/** @type {Account} */ account) => [account.id, account]));
    this.account = { ...this.account, ...this.accounts.get(this.account.id) };
    this.#changed();
    for (const board of this.#boards.values()) board.changed();
  }

  /** @param {string} boardId */
  #entryChanged(boardId) {
    this.#boards.get(boardId)?.changed();
    this.#changed();
  }

  #changed() {
    for (const fn of this.#watchers) fn(this);
  }
}

const socketUrl = () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
