/* One per page: the account, its line to the server, the boards it follows and what it has still to send. */

import { getJson, request } from "./api.js";
import { Board } from "./store.js";
import { Connection } from "./connection.js";
import { Outbox } from "./outbox.js";
import { syncClock } from "./time.js";
import { SIGNED_OUT, close as keepNothing, clearAll } from "./storage.js";
import { vault } from "./vault.js";

const ROLES = ["viewer", "investigator", "coordinator", "admin"]; // each with the rights of those before
const TICK = 1_000;             // ms
const ACCOUNTS_EVERY = 5_000;   // ms: an unknown id asks for the accounts, but not more often
const ADOPT_EVERY = 10;         // ticks

export class Session {
  account;
  accounts = new Map();
  version;
  newVersion = null;  // the server's, where this page is of another
  outbox;
  alerts = null;      // whoever hears of alerts here
  clock = null;       // why times may be wrong: {jumped, ahead}, once the server has said so
  shiftStatus = null;        // who holds the shift, and how it is handed on: {shift, handover}, once the server has said so
  pageCommands = null; // what one may do on this page, for keys and palette: {page, may, commands, things}
  readPositions = null;        // up to where this person has seen each board, on pages that show one
  connection;
  #boards = new Map();
  #tab;
  #ticks = 0;
  #timer = null;
  #accountsLoadedAt = -Infinity;
  #accountsComplete = true;   // who everybody is that was met
  #watchers = new Set();

  /** account: {id, name, role}; version: the server's that wrote this page; tab: an open Tab. */
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
  }

  start() {
    addEventListener("online", this.#recheck);
    addEventListener("offline", this.#recheck);
    addEventListener("pageshow", this.#recheck);
    addEventListener("focus", this.#recheck);
    addEventListener("storage", this.#onStorage);
    document.addEventListener("visibilitychange", this.#recheck);
    this.#timer = setInterval(() => this.#tick(), TICK);
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

  /** -> Board, followed from now on over the one socket. */
  board(id) {
    if (!this.#boards.has(id)) {
      this.#boards.set(id, new Board(id, this));
      if (this.connection.state === "open") this.#boards.get(id).subscribe();
    }
    return this.#boards.get(id);
  }

  can(role) {
    return ROLES.indexOf(this.account.role) >= ROLES.indexOf(role);
  }

  /** fn() after a change of the line, the account, the accounts, or of what waits for any board. -> unwatch */
  watch(fn) {
    this.#watchers.add(fn);
    return () => this.#watchers.delete(fn);
  }

  transmit(frame) {
    return this.connection.send(frame);
  }

  /** The person asked for it: on every tab of this account, at once, and nothing kept; or what was typed, encrypted. */
  async signOut({ keeping = false } = {}) {
    if (keeping) await vault.flushed();
    else clearAll();
    try {
      localStorage.setItem(SIGNED_OUT, JSON.stringify({ account: this.account.id, at: Date.now() }));
    } catch {
      // other tabs then learn it from the server
    }
    this.#redirect("/login");
  }

  /** Ids of people met in states and events: those that are not known are asked for. things: iterable of {state, actor}. */
  ensureAccounts(things) {
    for (const { state, actor } of things) {
      const ids = [state?.lead, state?.assignee, actor?.id, ...(state?.members ?? [])];
      if (ids.some((id) => id && !this.accounts.has(id))) return void this.#loadAccounts();
    }
  }

  #onHello({ account, server }) {
    if (account.id !== this.account.id) return location.reload(); // the browser's cookie is another person's by now
    this.account = account;
    this.newVersion = server === this.version ? null : server;
    for (const board of this.#boards.values()) board.subscribe();
    this.outbox.onOpen();
    this.alerts?.ask();
    return this.#changed();
  }

  #receive(frame) {
    if (frame.type === "heads") return this.#onHeads(frame);
    if (frame.type === "alerts") return this.alerts?.heard(frame);
    if (frame.type === "shift") return this.#onShift(frame);
    if (frame.type === "clock") return this.#clock(frame);
    if (frame.type === "account") return this.#onAccount(frame.account);
    if (frame.type === "ack") return this.outbox.acknowledged(frame, this.#boards.get(frame.board)?.seq ?? null);
    if (frame.type === "refused") return this.outbox.refused(frame);
    if (frame.type === "error" && frame.id) this.outbox.refused(frame);
    return this.#boards.get(frame.board)?.receive(frame);
  }

  #onShift({ shift, handover }) {
    this.shiftStatus = { shift, handover };
    this.#changed();
  }

  #clock({ jumped, ahead }) {
    this.clock = { jumped, ahead };
    this.#changed();
  }

  /** Another name or role: what the page offers follows. */
  #onAccount(account) {
    this.account = account;
    this.#changed();
    for (const board of this.#boards.values()) board.changed();
  }

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

  #recheck = (event) => {
    if (event.type === "visibilitychange") for (const board of this.#boards.values()) board.hidden();
    if (document.hidden) return;
    this.connection.recheck();
    for (const board of this.#boards.values()) board.recheck();
  };

  #onStorage = (event) => {
    if (event.key !== SIGNED_OUT || !event.newValue) return;
    if (JSON.parse(event.newValue).account === this.account.id) this.#redirect("/login");
  };

  async #whoAmI() {
    try {
      const answer = await request("/api/v1/me", { headers: { accept: "application/json" } });
      if (answer.status === 401) return "nobody";
      if (!answer.ok) return "unknown";
      return (await answer.json()).id === this.account.id ? "me" : "other";
    } catch {
      return "unknown";
    }
  }

  // The session ended: drafts and outbox stay, and go on when the same person has signed in again.
  #signIn() {
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}#ended`); // which the page there says
  }

  #redirect(place) {
    keepNothing();
    this.stop();
    location.replace(place);
  }

  async #loadAccounts() {
    this.#accountsComplete = false;
    if (Date.now() - this.#accountsLoadedAt < ACCOUNTS_EVERY) return; // asked by a later tick
    this.#accountsLoadedAt = Date.now();
    this.#accountsComplete = true; // unless somebody else is met before the answer is here
    const answer = await getJson("/api/v1/accounts");
    if (!answer) return void (this.#accountsComplete = false);
    this.accounts = new Map(answer.accounts.map((account) => [account.id, account]));
    this.account = { ...this.account, ...this.accounts.get(this.account.id) };
    this.#changed();
    for (const board of this.#boards.values()) board.changed();
  }

  #entryChanged(boardId) {
    this.#boards.get(boardId)?.changed();
    this.#changed();
  }

  #changed() {
    for (const fn of this.#watchers) fn(this);
  }
}

const socketUrl = () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
