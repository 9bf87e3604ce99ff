/* What this person did and the server has not answered yet. Kept in the browser before it is sent; sent again with the same id
   until there is an answer that will not change: an ack, or a refusal that means the command and not the moment. */

import { t } from "./i18n.js";
import { Refused } from "./refused.js";
import { prefix, storage } from "./storage.js";

const LATER = new Set(["unavailable", "rate_limited"]); // the moment was bad: the same command, later
const FRAME_LIMIT = 65_536;   // bytes, the server's limit for one frame
const ANSWER_WITHIN = 15_000; // ms: on a line that lives, an unanswered command is sent again
const RETRY_FIRST = 500, RETRY_MOST = 15_000; // ms, doubled each time
const SPREAD = 500;           // ms: tabs that were told the same do not all come back in one moment
const SETTLE_WITHIN = 10_000; // ms that an acknowledged command is still drawn while its events are on the way

/* An entry, as kept: {id, board, name, data, base?, epoch?, at, order, owner, status: "sending"|"waiting"|"refused", refusal};
   held: true while it waits because the server was asked too much. */
export class Outbox {
  #tab;
  #transmit;
  #changed;
  #now;
  #open = false;
  #entries = new Map();   // id -> entry, mine, oldest first
  #runs = new Map();      // id -> {sentAt, tries, retryAt, kept, happened, promise, resolve, reject}
  #held = null;           // {until, seconds}: the server said that this account asks too much, and for how long to wait
  #settling = new Map();  // id -> {entry, seq, until}: acknowledged, events not applied yet

  /** transmit(frame) -> boolean; changed(boardId) is called after each change of an entry. */
  constructor({ tab, transmit, changed, now = Date.now }) {
    this.#tab = tab;
    this.#transmit = transmit;
    this.#changed = changed;
    this.#now = now;
    for (const entry of stored()) if (entry.owner === tab.id) this.#take(entry);
  }

  /** -> Promise of {seqs, opened?}; rejects with Refused. Kept before it is sent. */
  add(board, name, data, { base, epoch } = {}) {
    const order = Math.max(this.#now(), ...[...this.#entries.values()].map((entry) => entry.order + 1));
    const entry = {
      id: newId(), board, name, data, ...(base === undefined || base === null ? {} : { base, epoch }),
      at: new Date(this.#now()).toISOString(), order, owner: this.#tab.id, status: "waiting", refusal: null,
    };
    const run = this.#take(entry);
    if (new TextEncoder().encode(JSON.stringify(frameOf(entry))).length > FRAME_LIMIT) this.#refuse(entry, tooLarge(entry));
    else this.#pump();
    this.#changed(board);
    return run.promise;
  }

  /** Entries of one board, or of all, oldest first; with those whose events are on the way, without those whose events were applied. */
  pending(board = null) {
    const all = [...[...this.#settling.values()].map(({ entry }) => entry), ...this.#entries.values()];
    const drawn = all.filter(({ id }) => !this.#runs.get(id)?.happened);
    return drawn.filter((entry) => board === null || entry.board === board).sort(byOrder);
  }

  /** How much has not been answered, in all tabs of this account. */
  unsent() {
    return stored().filter((entry) => entry.status !== "refused").length;
  }

  /** For how many seconds the server told this account to wait, while that lasts; else null. */
  get held() {
    return this.#held !== null && this.#now() < this.#held.until ? this.#held.seconds : null;
  }

  /** The line is up, signed in as this account. */
  lineUp() {
    this.#open = true;
    this.#pump();
  }

  /** The line is gone: what was on it is not known to have arrived. */
  lineDown() {
    this.#open = false;
    for (const entry of this.#entries.values()) {
      const run = this.#runs.get(entry.id);
      run.sentAt = run.retryAt = null;
      if (entry.status === "sending") this.#set(entry, "waiting");
    }
  }

  acknowledged({ id, board, seqs, opened }, appliedSeq) {
    const entry = this.#entries.get(id);
    if (!entry) return;
    const run = this.#forget(entry);
    const seq = Math.max(0, ...seqs);
    if (appliedSeq !== null && seq > appliedSeq) this.#settling.set(id, { entry, seq, until: this.#now() + SETTLE_WITHIN });
    run.resolve(opened === undefined ? { seqs } : { seqs, opened });
    this.#changed(board ?? entry.board);
    this.#pump();
  }

  refused(frame) {
    const entry = this.#entries.get(frame.id);
    if (!entry) return;
    if (frame.code === "rate_limited") this.#hold(entry, frame.retry_after_s ?? 1);
    if (LATER.has(frame.code)) this.#postpone(entry);
    else this.#refuse(entry, frame);
    this.#changed(entry.board);
    this.#pump();
  }

  /** An event of this command was applied, before its ack came: drawn still, its card would be there twice. */
  happened(id) {
    const run = this.#runs.get(id);
    if (run) run.happened = true;
  }

  /** A board's applied position moved. */
  applied(board, seq) {
    for (const [id, settled] of this.#settling) {
      if (settled.entry.board === board && (settled.seq <= seq || settled.until < this.#now())) this.#settling.delete(id);
    }
  }

  retract(id) {
    const entry = this.#entries.get(id);
    if (entry?.status !== "refused") return;
    this.#forget(entry);
    this.#changed(entry.board);
  }

  /** Once a second: what is due again, and what has waited too long for its answer. */
  tick() {
    for (const [id, run] of this.#runs) {
      if (run.sentAt !== null && this.#now() - run.sentAt > ANSWER_WITHIN) this.#postpone(this.#entries.get(id));
    }
    for (const [id, { entry, until }] of this.#settling) {
      if (until < this.#now()) this.#settling.delete(id), this.#changed(entry.board);
    }
    this.#pump();
  }

  /** Take over what a tab that is gone has left. */
  async adopt() {
    const others = () => stored().filter((entry) => entry.owner !== this.#tab.id);
    if (!others().length) return;
    await this.#tab.alone(async () => {
      const gone = new Set(await this.#tab.gone([...new Set(others().map((entry) => entry.owner))]));
      for (const entry of others()) {
        if (!gone.has(entry.owner)) continue;
        this.#take({ ...entry, owner: this.#tab.id });
        this.#changed(entry.board);
      }
    });
    this.#pump();
  }

  // One command of a board is on the way at a time: what was done later must not overtake what is sent again.
  #pump() {
    if (!this.#open || this.held !== null) return;
    const busy = new Set();
    for (const entry of [...this.#entries.values()].sort(byOrder)) {
      if (entry.status === "refused" || busy.has(entry.board)) continue;
      const run = this.#runs.get(entry.id);
      if (!this.#stillMine(entry, run)) continue;
      busy.add(entry.board);
      if (run.sentAt !== null || (run.retryAt ?? 0) > this.#now()) continue;
      if (!this.#transmit(frameOf(entry))) return;
      run.sentAt = this.#now();
      delete entry.held;
      this.#set(entry, "sending");
    }
  }

  // A tab that was frozen wakes up and finds its things taken over.
  #stillMine(entry, run) {
    const kept = storage.read(keyOf(entry.id));
    if (!run.kept || kept?.owner === this.#tab.id) return true;
    this.#entries.delete(entry.id);
    this.#runs.delete(entry.id);
    return false;
  }

  #take(entry) {
    const run = { sentAt: null, tries: 0, retryAt: null, ...promised() };
    run.promise.catch(() => {}); // after a reload nobody waits for it: `pending` tells
    if (entry.status === "sending") entry.status = "waiting";
    delete entry.held;
    run.kept = storage.write(keyOf(entry.id), entry);
    this.#runs.set(entry.id, run);
    this.#entries.set(entry.id, entry);
    return run;
  }

  /** Nothing is sent for so long: whatever it is, it would be refused too. */
  #hold(entry, seconds) {
    entry.held = true;
    this.#held = { until: this.#now() + seconds * 1_000 + Math.random() * SPREAD, seconds };
  }

  #postpone(entry) {
    const run = this.#runs.get(entry.id);
    const most = entry.held ? 0 : Math.min(RETRY_MOST, RETRY_FIRST * 2 ** run.tries);
    Object.assign(run, { sentAt: null, tries: run.tries + 1, retryAt: this.#now() + most * (0.5 + Math.random() / 2) });
    this.#set(entry, "waiting");
  }

  #refuse(entry, { code, message, fields = {}, current = null }) {
    entry.refusal = { code, message, fields, current };
    this.#set(entry, "refused");
    const run = this.#runs.get(entry.id);
    run.sentAt = null;
    run.reject(new Refused({ id: entry.id, ...entry.refusal }));
  }

  #set(entry, status) {
    if (entry.status === status) return;
    entry.status = status;
    const run = this.#runs.get(entry.id);
    if (run.kept || status === "refused") run.kept = storage.write(keyOf(entry.id), entry);
    this.#changed(entry.board);
  }

  #forget(entry) {
    const run = this.#runs.get(entry.id);
    storage.remove(keyOf(entry.id));
    this.#entries.delete(entry.id);
    this.#runs.delete(entry.id);
    return run;
  }
}

function promised() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}

const byOrder = (a, b) => a.order - b.order;

const keyOf = (id) => `${prefix()}outbox:${id}`;

function stored() {
  const entries = storage.keys(`${prefix()}outbox:`).map((key) => storage.read(key));
  return entries.filter(Boolean).sort(byOrder);
}

function frameOf({ id, board, name, data, base, epoch }) {
  return { type: "command", id, board, name, data, ...(base === undefined ? {} : { base, ...(epoch ? { epoch } : {}) }) };
}

const tooLarge = ({ id }) => ({ id, code: "too_large", message: t("This is too long to send at once.") });

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
