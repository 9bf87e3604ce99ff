/* Outbox: commands that the server has not answered yet. Each is stored before it is sent, and sent again with the same id
   until it is acknowledged or refused for good. */

import { t } from "../i18n.js";
import { Refusal } from "../errors.js";
import { prefix } from "./storage.js";
import { vault } from "./vault.js";

const TRANSIENT = new Set(["unavailable", "rate_limited"]); // refusals that concern the moment: the same command is sent again later
const FRAME_LIMIT = 65_536;   // bytes: the server's limit for one frame
const ANSWER_TIMEOUT_MS = 15_000; // ms: on an open connection, an unanswered command is sent again
const RETRY_FIRST_MS = 500, RETRY_MAX_MS = 15_000; // ms, doubled for each attempt
const JITTER_MS = 500;           // ms: keeps tabs that were told to wait from sending all at once
const SETTLE_TIMEOUT_MS = 10_000; // ms: how long an acknowledged command is drawn while its events are still to come

/**
 * Stored entry: {id, board, name, data, base?, epoch?, at, order, owner, status: "sending"
 * "waiting"
 * "refused", refusal}; `held` is set while it waits because of the rate limit.
 */
export class Outbox {
  #tab;
  #transmit;
  #changed;
  #now;
  #open = false;
  /** @type {Map<string, PendingCommand>} */ #entries = new Map();   // id -> entry of this tab, oldest first
  /** @type {RunMap} */ #runs = new Map();      // id -> {sentAt, tries, retryAt, kept, happened, promise, resolve, reject}; kept: null while it is being stored
  /** @type {{ until: number, seconds: number } | null} */ #held = null;           // {until, seconds}: rate limit of this account, and how long to wait
  /** @type {Map<string, { entry: PendingCommand, seq: number, until: number }>} */ #acknowledgedEntries = new Map();  // id -> {entry, seq, until}: acknowledged, while its events are not applied

  /**
   * @param {{ tab: Tab, transmit: (frame: object) => boolean, changed: (board: string) => void, now?: () => number }} options - {tab, transmit(frame) -> boolean, changed(boardId): called after each change of an entry}
   */
  constructor({ tab, transmit, changed, now = Date.now }) {
    this.#tab = tab;
    this.#transmit = transmit;
    this.#changed = changed;
    this.#now = now;
  }

  /** Load what an earlier page of this tab left. Call once the vault can be read. */
  opened() {
    for (const entry of stored()) if (entry.owner === this.#tab.id && !this.#entries.has(entry.id)) this.#register(entry);
    this.#pump();
    return this.adopt();
  }

  /**
   * Store and send a command.
   * @param {string} board
   * @param {string} name
   * @param {{ [field: string]: any }} data
   * @param {{ base?: number | null, epoch?: string | null, id?: string }} [options] `id`: of the command, 32 hex digits; one that waits already is not added again
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
   * Return the entries of one board, or of all, oldest first. Includes those whose events are still to come; without those whose
   * events were applied.
   * @param {string | null} [board]
   */
  pending(board = null) {
    const all = [...[...this.#acknowledgedEntries.values()].map(({ entry }) => entry), ...this.#entries.values()];
    const drawn = all.filter(({ id }) => !this.#runs.get(id)?.eventApplied);
    return drawn.filter((entry) => board === null || entry.board === board).sort(byOrder);
  }

  /** Return the number of unanswered commands, in all tabs of this account. */
  unsent() {
    const waiting = new Map([...this.#entries].map(([id, { status }]) => [keyOf(id), status]));
    for (const key of vault.keys("outbox:")) if (!waiting.has(key)) waiting.set(key, vault.label(key)?.status);
    return [...waiting.values()].filter((status) => status !== "refused").length;
  }

  /**
   * Return all entries that have not been done, refused ones too, in all tabs of this account, as far as they can be decrypted.
   */
  unfinished() {
    return [...new Map([...stored(), ...this.#entries.values()].map((entry) => [entry.id, entry])).values()].sort(byOrder);
  }

  /** Seconds for which the server told this account to wait, while that lasts; else null. */
  get held() {
    return this.#held !== null && this.#now() < this.#held.until ? this.#held.seconds : null;
  }

  /** The connection is open, signed in as this account. */
  onOpen() {
    this.#open = true;
    this.#pump();
  }

  /** The connection is gone: whatever was sent over it may not have arrived. */
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
   * Stop drawing a command whose event was applied before its ack came, as its card would be shown twice.
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
    for (const [id, settled] of this.#acknowledgedEntries) {
      if (settled.entry.board === board && (settled.seq <= seq || settled.until < this.#now())) this.#acknowledgedEntries.delete(id);
    }
  }

  /** @param {string} id */
  discard(id) {
    const entry = this.#entries.get(id);
    if (entry?.status !== "refused") return;
    this.#remove(entry);
    this.#changed(entry.board);
  }

  /** Send what is due again, and postpone what waited too long for its answer. Call once a second. */
  tick() {
    for (const [id, run] of this.#runs) {
      if (run.sentAt !== null && this.#now() - run.sentAt > ANSWER_TIMEOUT_MS) this.#postpone(/** @type {PendingCommand} */ (this.#entries.get(id)));
    }
    for (const [id, { entry, until }] of this.#acknowledgedEntries) {
      if (until < this.#now()) this.#acknowledgedEntries.delete(id), this.#changed(entry.board);
    }
    this.#pump();
  }

  /** Take over the entries of tabs that are gone. */
  async adopt() {
    if (vault.state !== "open" || !this.#otherTabsEntries().length) return;
    await this.#tab.exclusively(async () => {
      const gone = new Set(await this.#tab.gone([...new Set(this.#otherTabsEntries().map(({ owner }) => owner))]));
      for (const { place: key, owner } of this.#otherTabsEntries()) if (gone.has(owner)) await this.#adopt(key);
    });
    this.#pump();
  }

  /**
   * Store the entry before another tab looks for abandoned ones.
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
    const all = vault.keys("outbox:").map((key) => ({ place: key, ...vault.label(key) }));
    return all.filter(({ owner }) => owner !== undefined && owner !== this.#tab.id);
  }

  // Send one command of a board at a time: a later one must not overtake one that is sent again.
  #pump() {
    if (!this.#open || this.held !== null) return;
    const busy = new Set();
    for (const entry of [...this.#entries.values()].sort(byOrder)) {
      if (entry.status === "refused" || busy.has(entry.board)) continue;
      const run = this.#runs.get(entry.id);
      if (!this.#isOwned(entry, run)) continue;
      busy.add(entry.board);
      if (run.kept === null && vault.state === "open") continue; // sent once it is stored
      if (run.sentAt !== null || (run.retryAt ?? 0) > this.#now()) continue;
      if (!this.#transmit(frameOf(entry))) return;
      run.sentAt = this.#now();
      delete entry.held;
      this.#set(entry, "sending");
    }
  }

  // A tab that was frozen may find its entries taken over by another.
  /** @param {PendingCommand} entry @param {Run} run */
  #isOwned(entry, run) {
    if (!run.kept || vault.label(keyOf(entry.id))?.owner === this.#tab.id) return true;
    this.#entries.delete(entry.id);
    this.#runs.delete(entry.id);
    return false;
  }

  /** @param {PendingCommand} entry */
  #register(entry) {
    const run = { sentAt: null, tries: 0, retryAt: null, kept: null, keeping: null, ...promised() };
    run.promise.catch(() => {}); // after a reload nobody awaits it; `pending` reports the state
    if (entry.status === "sending") entry.status = "waiting";
    delete entry.held;
    this.#runs.set(entry.id, run);
    this.#entries.set(entry.id, entry);
    this.#persist(entry, run);
    return run;
  }

  /** @param {PendingCommand} entry @param {Run} run */
  #persist(entry, run) {
    run.keeping = vault.write(keyOf(entry.id), entry).then((kept) => {
      const isNew = run.kept === null;
      run.kept = kept;
      if (isNew) this.#pump();
    });
  }

  /**
   * Send nothing for so long: anything would be refused.
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
    const most = entry.held ? 0 : Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** run.tries);
    Object.assign(run, { sentAt: null, tries: run.tries + 1, retryAt: this.#now() + most * (0.5 + Math.random() / 2) });
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

function promised() {
  const parts = /** @type {Pick<Run, "promise" | "resolve" | "reject">} */ ({});
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}

/** @param {PendingCommand} a @param {PendingCommand} b */
const byOrder = (a, b) => a.order - b.order;

/** @param {string} id */
const keyOf = (id) => `${prefix()}outbox:${id}`;

function stored() {
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
