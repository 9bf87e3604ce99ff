/* Outbox: commands that the server has not answered yet. Each is stored before it is sent, and sent again with the same id until it
   is acknowledged or permanently refused. */

import { t } from "../i18n.js";
import { Refusal } from "../errors.js";
import { prefix } from "./storage.js";
import { vault } from "./vault.js";

const TRANSIENT = new Set(["unavailable", "rate_limited", "locked"]); // temporary refusals: the same command is sent again later
const FRAME_LIMIT = 65_536;   // bytes: the server's limit for one frame
const ANSWER_TIMEOUT_MS = 15_000; // ms: on an open connection, an unanswered command is sent again
const RETRY_FIRST_MS = 500, RETRY_MAX_MS = 15_000; // ms, doubled for each attempt
const JITTER_MS = 500;           // ms: prevents paused tabs from all sending at the same time
const SETTLE_TIMEOUT_MS = 10_000; // ms for which an acknowledged command is still drawn if its events have not arrived

/**
 * Stored entry: {id, board, name, data, base?, epoch?, at, order, owner, status: "sending" | "waiting" | "refused", refusal}; `held` is
 * set while the rate limit delays it.
 */
export class Outbox {
  #tab;
  #transmit;
  #changed;
  #now;
  #open = false;
  /** @type {Map<string, PendingCommand>} */ #entries = new Map();   // id -> entry of this tab, oldest first
  /** @type {RunMap} */ #runs = new Map();      // by id; `kept` is null while the entry is being stored
  /** @type {{ until: number, seconds: number } | null} */ #held = null;           // rate limit of this account: its end, and the seconds to wait
  /** @type {Map<string, { entry: PendingCommand, seq: number, until: number }>} */ #acknowledgedEntries = new Map();  // id -> acknowledged entry whose events are not applied yet

  /**
   * @param {{ tab: Tab, transmit: (frame: object) => boolean, changed: (board: string) => void, now?: () => number }} options - {tab, transmit(frame) -> boolean, changed(boardId): runs after each change of an entry}
   */
  constructor({ tab, transmit, changed, now = Date.now }) {
    this.#tab = tab;
    this.#transmit = transmit;
    this.#changed = changed;
    this.#now = now;
  }

  /** Load the entries that an earlier page of this tab left. Call when the vault can be read. */
  opened() {
    for (const entry of storedEntries()) if (entry.owner === this.#tab.id && !this.#entries.has(entry.id)) this.#register(entry);
    this.#pump();
    return this.adopt();
  }

  /**
   * Store and send a command.
   * @param {string} board
   * @param {string} name
   * @param {{ [field: string]: any }} data
   * @param {{ base?: number | null, epoch?: string | null, id?: string }} [options] `id`: id of the command, 32 hex digits; an entry that is already waiting is not added again
   * @returns {Promise<{seqs: number[], opened?: string}>} rejects with Refusal
   */
  add(board, name, data, { base, epoch, id = newId() } = {}) {
    if (this.#entries.has(id)) return this.#runs.get(id).promise;
    const order = Math.max(this.#now(), ...[...this.#entries.values()].map((entry) => entry.order + 1));
    /** @type {PendingCommand} */
    const entry = {
      id, board, name, data, ...(base === undefined || base === null ? {} : { base, epoch }),
      at: new Date(this.#now()).toISOString(), order, owner: this.#tab.id ?? "", status: "waiting", refusal: null,
    };
    const run = this.#register(entry);
    if (new TextEncoder().encode(JSON.stringify(frameOf(entry))).length > FRAME_LIMIT) this.#refuse(entry, tooLarge(entry));
    else this.#pump();
    this.#changed(board);
    return run.promise;
  }

  /**
   * Return the unfinished entries of one board, or of all boards, oldest first. An acknowledged entry is included until its events are
   * applied.
   * @param {string | null} [board]
   */
  pending(board = null) {
    const entries = [...[...this.#acknowledgedEntries.values()].map(({ entry }) => entry), ...this.#entries.values()];
    const drawnEntries = entries.filter(({ id }) => !this.#runs.get(id)?.eventApplied);
    return drawnEntries.filter((entry) => board === null || entry.board === board).sort(byOrder);
  }

  /** Count the unanswered commands in all tabs of this account. */
  unsent() {
    const waiting = new Map([...this.#entries].map(([id, { status }]) => [keyOf(id), status]));
    for (const key of vault.keys("outbox:")) if (!waiting.has(key)) waiting.set(key, vault.label(key)?.status);
    return [...waiting.values()].filter((status) => status !== "refused").length;
  }

  /**
   * Return all unfinished entries of this account in all tabs, including refused ones, if they can be decrypted.
   */
  unfinished() {
    return [...new Map([...storedEntries(), ...this.#entries.values()].map((entry) => [entry.id, entry])).values()].sort(byOrder);
  }

  /** Seconds to wait because of the rate limit; null if there is none. */
  get held() {
    return this.#held !== null && this.#now() < this.#held.until ? this.#held.seconds : null;
  }

  /** The connection is open, signed in as this account. */
  onOpen() {
    this.#open = true;
    this.#pump();
  }

  /** The connection is gone: commands sent over it may not have arrived. */
  onClose() {
    this.#open = false;
    for (const entry of this.#entries.values()) {
      const run = this.#runs.get(entry.id);
      run.sentAt = run.retryAt = null;
      if (entry.status === "sending") this.#set(entry, "waiting");
    }
  }

  /** @param {AckFrame} frame @param {number | null} appliedSeq */
  acknowledged({ id, board, seqs, opened }, appliedSeq) {
    const entry = this.#entries.get(id);
    if (!entry) return;
    const run = this.#remove(entry);
    const seq = Math.max(0, ...seqs);
    if (appliedSeq !== null && seq > appliedSeq) this.#acknowledgedEntries.set(id, { entry, seq, until: this.#now() + SETTLE_TIMEOUT_MS });
    run.resolve(opened === undefined ? { seqs } : { seqs, opened });
    this.#changed(board ?? entry.board);
    this.#pump();
  }

  /** @param {CommandRefusal & { id: string }} frame */
  refused(frame) {
    const entry = this.#entries.get(frame.id);
    if (!entry) return;
    if (frame.code === "rate_limited") this.#pause(entry, frame.retry_after_s ?? 1);
    if (TRANSIENT.has(frame.code)) this.#postpone(entry);
    else this.#refuse(entry, frame);
    this.#changed(entry.board);
    this.#pump();
  }

  /**
   * Stop drawing a command whose event was applied before its ack arrived: its card would be shown twice.
   * @param {string} id
   */
  eventApplied(id) {
    const run = this.#runs.get(id);
    if (run) run.eventApplied = true;
  }

  /**
   * The applied position of a board moved.
   * @param {string} board
   * @param {number} seq
   */
  applied(board, seq) {
    for (const [id, acknowledged] of this.#acknowledgedEntries) {
      if (acknowledged.entry.board === board && (acknowledged.seq <= seq || acknowledged.until < this.#now())) this.#acknowledgedEntries.delete(id);
    }
  }

  /** Remove the commands for a board that was erased, also those of other tabs. @param {string} board */
  forget(board) {
    vault.whenOpened(() => {
      for (const entry of this.unfinished()) if (entry.board === board) this.#remove(entry);
      this.#changed(board);
    });
  }

  /** @param {string} id */
  discard(id) {
    const entry = this.#entries.get(id);
    if (entry?.status !== "refused") return;
    this.#remove(entry);
    this.#changed(entry.board);
  }

  /** Resend commands that are due, and postpone commands without an answer. Call once a second. */
  tick() {
    for (const [id, run] of this.#runs) {
      if (run.sentAt !== null && this.#now() - run.sentAt > ANSWER_TIMEOUT_MS) this.#postpone(/** @type {PendingCommand} */ (this.#entries.get(id)));
    }
    for (const [id, { entry, until }] of this.#acknowledgedEntries) {
      if (until < this.#now()) this.#acknowledgedEntries.delete(id), this.#changed(entry.board);
    }
    this.#pump();
  }

  /** Take over the entries of closed tabs. */
  async adopt() {
    if (vault.state !== "open" || !this.#otherTabsEntries().length) return;
    await this.#tab.exclusively(async () => {
      const closedTabs = new Set(await this.#tab.gone([...new Set(this.#otherTabsEntries().map(({ owner }) => owner))]));
      for (const { place: key, owner } of this.#otherTabsEntries()) if (closedTabs.has(owner)) await this.#adopt(key);
    });
    this.#pump();
  }

  /**
   * Take over one entry. Stores it before another tab searches for abandoned ones.
   * @param {string} key
   */
  async #adopt(key) {
    const entry = await vault.reload(key);
    if (entry === null) return;
    const run = this.#register({ ...entry, owner: this.#tab.id });
    this.#changed(entry.board);
    await run.keeping;
  }

  #otherTabsEntries() {
    const labels = vault.keys("outbox:").map((key) => ({ place: key, ...vault.label(key) }));
    return labels.filter(({ owner }) => owner !== undefined && owner !== this.#tab.id);
  }

  // Send one command of a board at a time: a later one must not overtake one that is sent again.
  #pump() {
    if (!this.#open || this.held !== null) return;
    const busyBoards = new Set();
    for (const entry of [...this.#entries.values()].sort(byOrder)) {
      if (entry.status === "refused" || busyBoards.has(entry.board)) continue;
      const run = this.#runs.get(entry.id);
      if (!this.#isOwned(entry, run)) continue;
      busyBoards.add(entry.board);
      if (run.kept === null && vault.state === "open") continue; // wait until it is stored
      if (run.sentAt !== null || (run.retryAt ?? 0) > this.#now()) continue;
      if (!this.#transmit(frameOf(entry))) return;
      run.sentAt = this.#now();
      delete entry.held;
      this.#set(entry, "sending");
    }
  }

  // Another tab may have taken over the entries of a frozen tab.
  /** @param {PendingCommand} entry @param {Run} run */
  #isOwned(entry, run) {
    if (!run.kept || vault.label(keyOf(entry.id))?.owner === this.#tab.id) return true;
    this.#entries.delete(entry.id);
    this.#runs.delete(entry.id);
    return false;
  }

  /** @param {PendingCommand} entry */
  #register(entry) {
    const run = { sentAt: null, tries: 0, retryAt: null, kept: null, keeping: null, ...createPromise() };
    run.promise.catch(() => {}); // after a reload nothing awaits it; `pending` reports the state
    if (entry.status === "sending") entry.status = "waiting";
    delete entry.held;
    this.#runs.set(entry.id, run);
    this.#entries.set(entry.id, entry);
    this.#persist(entry, run);
    return run;
  }

  /** @param {PendingCommand} entry @param {Run} run */
  #persist(entry, run) {
    run.keeping = vault.write(keyOf(entry.id), entry).then((isKept) => {
      const isNew = run.kept === null;
      run.kept = isKept;
      if (isNew) this.#pump();
    });
  }

  /**
   * Send nothing during the rate limit: the server would refuse everything.
   * @param {PendingCommand} entry
   * @param {number} seconds
   */
  #pause(entry, seconds) {
    entry.held = true;
    this.#held = { until: this.#now() + seconds * 1_000 + Math.random() * JITTER_MS, seconds };
  }

  /** @param {PendingCommand} entry */
  #postpone(entry) {
    const run = this.#runs.get(entry.id);
    const limit = entry.held ? 0 : Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** run.tries);
    Object.assign(run, { sentAt: null, tries: run.tries + 1, retryAt: this.#now() + limit * (0.5 + Math.random() / 2) });
    this.#set(entry, "waiting");
  }

  /** @param {PendingCommand} entry @param {CommandRefusal} options */
  #refuse(entry, { code, message, fields = {}, current = null }) {
    entry.refusal = { code, message, fields, current };
    this.#set(entry, "refused");
    const run = this.#runs.get(entry.id);
    run.sentAt = null;
    run.reject(new Refusal({ id: entry.id, ...entry.refusal }));
  }

  /** @param {PendingCommand} entry @param {PendingCommand["status"]} status */
  #set(entry, status) {
    if (entry.status === status) return;
    entry.status = status;
    const run = this.#runs.get(entry.id);
    if (run.kept !== false || status === "refused") this.#persist(entry, run);
    this.#changed(entry.board);
  }

  /** @param {PendingCommand} entry */
  #remove(entry) {
    const run = this.#runs.get(entry.id);
    vault.remove(keyOf(entry.id));
    this.#entries.delete(entry.id);
    this.#runs.delete(entry.id);
    return run;
  }
}

function createPromise() {
  const deferred = /** @type {Pick<Run, "promise" | "resolve" | "reject">} */ ({});
  deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }));
  return deferred;
}

/** @param {PendingCommand} a @param {PendingCommand} b */
const byOrder = (a, b) => a.order - b.order;

/** @param {string} id */
const keyOf = (id) => `${prefix()}outbox:${id}`;

function storedEntries() {
  return vault.keys("outbox:").map((key) => vault.read(key)).filter(Boolean).sort(byOrder);
}

/** @param {PendingCommand} command */
function frameOf({ id, board, name, data, base, epoch }) {
  return { type: "command", id, board, name, data, ...(base === undefined ? {} : { base, ...(epoch ? { epoch } : {}) }) };
}

/** @param {{ id: string }} options */
const tooLarge = ({ id }) => ({ id, code: "too_large", message: t("This is too long to send. Shorten it and send again.") });

/** Return a new id of a command. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
