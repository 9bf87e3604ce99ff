/* Session of a signed-in person: the account, the followed boards, and the unsent commands. */

import { get, orNull } from "./api.js";
import { Alarms } from "../rules/alarms.js";
import { allows } from "../rules/roles.js";
import { LiveSession } from "./live_session.js";
import { WorkList } from "./own_work.js";
import { Outbox } from "../storage/outbox.js";
import { newUploadId, sha256, uploadCalls } from "../storage/upload_calls.js";
import { EncryptedUploads, clearUploads } from "../storage/upload_store.js";
import { Uploads } from "../storage/uploads.js";
import { SIGNED_OUT, close as closeStorage, clearAll } from "../storage/storage.js";
import { vault } from "../storage/vault.js";

const ROLES = ["viewer", "investigator", "coordinator", "admin"]; // each role includes the rights of the roles before it
const ACCOUNTS_EVERY_MS = 5_000;   // ms: minimum time between two requests for the list of accounts
const ADOPT_EVERY = 10;         // ticks
const MAX_FILE_MB = 25;         // if the page does not declare a limit

export class Session extends LiveSession {
  /** @type {Map<string, Account>} */ accounts = new Map();
  /** @type {Outbox} */ outbox;
  /** @type {Uploads} */ uploads;
  /** @type {Map<string, FoundInPicture>} */ found = new Map(); // command that attaches a picture -> the metadata of that picture; lost with this page
  /** @type {((item: UploadItem, ack: Ack) => void) | null} */ onAttached = null; // callback of a page that announces attached files
  /** @type {any | null} */ alerts = null;      // the Alerts of this page, if it shows any
  alarms = new Alarms((frame) => this.transmit(frame));
  work = new WorkList(this);
  /** @type {((words: string[]) => PageCommand[]) | null} */ alarmCommands = null; // commands for open alarms that match the typed words
  /** @type {LineAlarm | null} */ lineAlarm = null; // alarm in the watch line, on pages that have one
  /** @type {PageCommands | null} */ pageCommands = null;
  /** @type {Promise<void>} */ identified = Promise.resolve(); // resolves when the tab is open, and its unsent commands are loaded or loading
  /** @type {ReadPositionTracker | null} */ readPositions = null;        // ReadPositionTracker, on pages that count as seeing a board
  #tab;
  #ticks = 0;
  #accountsLoadedAt = -Infinity;
  #accountsComplete = true;   // false while an id is known that is not in `accounts`

  /** @param {{account: Account, version: string, tab: Tab}} options `version`: version of the server that rendered this page; `tab`: opened by start() */
  constructor({ tab, ...page }) {
    super({ ...page, query: `?screen=${encodeURIComponent(document.body.dataset.page ?? "")}` });
    this.#tab = tab;
    this.outbox = new Outbox({ tab, transmit: (frame) => this.transmit(frame), changed: (board) => this.#entryChanged(board) });
    this.uploads = new Uploads({
      store: new EncryptedUploads(this.account.id), calls: uploadCalls, digest: sha256, newId: newUploadId, lock: (id) => tab.lock(`upload:${id}`),
      attach: (item, data, id) => this.#attach(item, data, id), attached: (item, ack) => this.#attached(item, ack),
      now: Date.now, random: Math.random, maxMb: () => Number(document.body.dataset.maxFileMb) || MAX_FILE_MB,
    });
  }

  start() {
    super.start();
    addEventListener("storage", this.#onStorage);
    addEventListener("online", () => this.uploads.online());
    this.#loadAccounts();
    this.identified = this.#tab.open().then(() => vault.whenOpened(() => {
      this.outbox.opened();
      this.uploads.open();
      this.#allChanged();
    }));
    return this;
  }

  stop() {
    super.stop();
    this.#tab.close();
  }

  /**
   * Return the board, followed from now on.
   * @param {string} id
   */
  board(id) {
    return this.boards.get(id) ?? this.#follow(id);
  }

  /** @param {string} id */
  #follow(id) {
    const board = this.follow(id);
    board.watch((_, events) => this.work.onEvents(events ?? []));
    return board;
  }

  /** @param {Role} role */
  can(role) {
    return ROLES.indexOf(this.account.writes ? "investigator" : this.account.role) >= ROLES.indexOf(role);
  }

  /**
   * Return true if this person's role has a right of roles.toml.
   * @param {string} right
   */
  may(right) {
    return allows(this.account.role, right);
  }

  /**
   * End the session by a call. The page stays open until then, so that its data can be deleted afterwards.
   * @param {() => Promise<boolean>} call resolves to true if the session has ended
   */
  async end(call) {
    this.isSigningOut = true;
    const hasEnded = await call();
    if (hasEnded) return true;
    this.isSigningOut = false;
    this.connection.recheckIdentity(); // the session may have ended although the answer was lost
    return false;
  }

  /** Sign out in every tab of this account. Delete everything stored for it, or (`keeping`) keep the encrypted drafts. */
  async signOut({ keeping = false } = {}) {
    this.stop(); // otherwise the closed socket would ask the server if somebody is signed in
    if (keeping) await vault.flushed();
    else clearAll(), await clearUploads(this.account.id);
    try {
      localStorage.setItem(SIGNED_OUT, JSON.stringify({ account: this.account.id, at: Date.now() }));
    } catch {
      // other tabs are then notified by the server
    }
    this.#redirect("/login");
  }

  /**
   * Set or remove the lock of this session, which the server has just confirmed.
   * @param {IsoTime | null} lockedAt
   */
  setLock(lockedAt) {
    const { account } = this;
    this.account = { ...account, locked_at: lockedAt ?? undefined };
    this.#allChanged();
  }

  /** Leave the page, because somebody else signed in here. Nothing more is stored for this account. @param {string} address */
  leave(address) {
    this.#redirect(address);
  }

  /**
   * Load the accounts if one of these states or events names an unknown one.
   * @param {Iterable<{ state?: AnyState | null, actor?: Actor | null }>} changes iterable of {state, actor}
   */
  ensureAccounts(changes) {
    for (const { state, actor } of changes) {
      const ids = [state?.lead, state?.assignee, actor?.id, ...(state?.members ?? [])];
      if (ids.some((id) => id && !this.accounts.has(id))) return void this.#loadAccounts();
    }
  }

  tick() {
    super.tick();
    this.outbox.tick();
    this.uploads.tick();
    this.work.tick();
    if (!this.#accountsComplete && this.connection.state === "open") this.#loadAccounts();
    if ((this.#ticks += 1) % ADOPT_EVERY === 0) this.outbox.adopt();
  }

  /** @param {HelloFrame} frame */
  onHello(frame) {
    if (frame.account.id !== this.account.id) return this.reload(); // the browser's cookie now belongs to another account
    super.onHello(frame);
    this.outbox.onOpen();
    this.alerts?.ask();
    this.alarms.ask();
    this.work.refresh();
    return undefined;
  }

  /** @param {ServerFrame} frame */
  receive(frame) {
    if (frame.type === "alarms") return this.alarms.onFrame(frame);
    if (frame.type === "alerts" || frame.type === "ack") this.work.refresh(); // an alert may report an assignment
    if (frame.type === "alerts") return this.alerts?.onFrame(frame);
    if (frame.type === "account") return this.#onAccount(frame.account);
    if (frame.type === "ack") this.uploads.acknowledged(frame);
    if (frame.type === "ack") return this.outbox.acknowledged(frame, this.boards.get(frame.board ?? "")?.seq ?? null);
    if (frame.type === "refused") return this.outbox.refused(frame);
    if (frame.type === "error" && frame.id) this.outbox.refused(/** @type {ErrorFrame & { id: string }} */ (frame));
    return super.receive(frame);
  }

  /** @param {number | null} code */
  onDown(code) {
    this.outbox.onClose();
    this.alarms.lost();
    super.onDown(code);
  }

  async identify() {
    return (await get("/api/v1/me", { repeat: false })).id === this.account.id;
  }

  // Drafts and outbox stay stored, and continue when the same person signs in again.
  signIn() {
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}#ended`); // `#ended` makes the login page explain why
  }

  /**
   * The account has a new name or role: redraw the views, because rights may have changed.
   * @param {Account} account
   */
  #onAccount(account) {
    this.account = account;
    this.#allChanged();
  }

  /** @param {StorageEvent} event */
  #onStorage = (event) => {
    if (event.key !== SIGNED_OUT || !event.newValue) return;
    if (JSON.parse(event.newValue).account === this.account.id) this.#redirect("/login");
  };

  /** @param {string} address */
  #redirect(address) {
    closeStorage();
    this.stop();
    location.replace(address);
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
    this.#allChanged();
  }

  /**
   * Attach an upload. The upload queue shows a refusal, so the outbox discards it.
   * @param {UploadItem} item
   * @param {Record<string, any>} data
   * @param {string} id
   * @returns {Promise<Ack>}
   */
  async #attach({ board, found }, data, id) {
    if (found) this.found.set(id, found); // the event may come before the ack
    try {
      return await this.outbox.add(board, "file.attach", data, { id });
    } catch (refused) {
      this.outbox.discard(id);
      throw refused;
    }
  }

  /** @param {UploadItem} item @param {Ack} ack */
  #attached(item, ack) {
    this.onAttached?.(item, ack);
  }

  /** @param {string} boardId */
  #entryChanged(boardId) {
    this.boards.get(boardId)?.changed();
    this.changed();
  }

  #allChanged() {
    this.changed();
    for (const board of this.boards.values()) board.changed();
  }
}
