/* Queue of files that go to the server: each is kept in this browser, encrypted, until it is attached; sent in pieces that can be
   resumed, and attached by one command of the outbox. */

import { Offline, Refusal } from "../errors.js";
import { t } from "../i18n.js";
import { label } from "../labels.js";

const MIN_PIECE = 65_536, FIRST_PIECE = 262_144, MAX_PIECE = 1_048_576; // bytes
const FAST_MS = 700, SLOW_MS = 4_000;     // of a piece: the next one is twice as large, or half
const AT_ONCE = 2;                        // uploads; more would only share the line
const RETRY_FIRST_MS = 1_000, RETRY_MAX_MS = 30_000; // ms, doubled for each attempt
const TRANSIENT = new Set(["unavailable", "rate_limited"]);
const BUSY = new Set(["sending", "checking", "attaching"]);
const ADOPT_EVERY = 10;                   // ticks
const MAX_ACKS = 50;                      // of commands whose files may still be read from the disk

/** Id of the command that attaches an upload: the same after a reload, so that the server does it once. @param {string} upload */
export const commandOf = (upload) => upload.replaceAll("-", "");

/** Refused before anything is sent. @param {{ size: number }} file @param {number} maxMb @returns {string | null} */
export function problemOf({ size }, maxMb) {
  if (size === 0) return t("This file is empty.");
  return size > maxMb * 1_048_576 ? t("This file is too large. At most {size} MB are accepted.", { size: maxMb }) : null;
}

export class Uploads {
  #deps;
  /** @type {Map<string, UploadItem>} */ #items = new Map();
  /** @type {Map<string, UploadRun>} */ #runs = new Map();
  #given = new Set(); // ids that this page has settled
  #moving = new Set(); // ids whose bytes are being stored under them
  /** @type {Map<string, number[]>} */ #acks = new Map(); // command -> its seqs
  #ticks = 0;
  #piece = FIRST_PIECE;
  #watchers = new Set();

  #isBack = () => {};
  /** When what an earlier page left is back: without a key, never. @type {Promise<void>} */
  back = new Promise((done) => (this.#isBack = done));

  /** @param {UploadDependencies} dependencies */
  constructor(dependencies) {
    this.#deps = dependencies;
  }

  /** Take over what an earlier page left and no other tab works on. Call once the key is there. */
  async open() {
    for (const { id } of await this.#deps.store.all()) {
      if (this.#items.has(id) || this.#given.has(id) || !(await this.#acquire(id))) continue;
      const item = await this.#deps.store.get(id); // another tab may have finished it before it let the lock go
      if (!item) {
        this.#release(id);
        continue;
      }
      if (BUSY.has(item.state)) item.state = item.state === "attaching" ? "ready" : "waiting";
      const seqs = this.#acks.get(item.target.command ?? "");
      if (seqs) item.seqs = seqs;
      this.#items.set(id, { ...item, retryAt: 0, tries: 0 });
    }
    this.#isBack();
    this.#changed();
    this.#pump();
  }

  /** @param {() => void} fn @returns {() => void} stops it */
  watch(fn) {
    this.#watchers.add(fn);
    return () => this.#watchers.delete(fn);
  }

  /**
   * Return the items of a place, oldest first.
   * @param {string | null} board null: of a form that has no board yet
   * @param {UploadTarget} target
   */
  of(board, target) {
    return [...this.#items.values()].filter((item) => (board === null || item.board === board) && isSame(item.target, target)).sort(byOrder);
  }

  /** Return the items that go with a command, before and after its card is there, oldest first. @param {string} command */
  with(command) {
    return [...this.#items.values()].filter((item) => item.command === command).sort(byOrder);
  }

  /** Return the forms in which files wait. */
  get forms() {
    return new Set([...this.#items.values()].map(({ target }) => target.form ?? "").filter(Boolean));
  }

  /** Names of the files in this tab that are not attached. */
  get names() {
    return [...this.#items.values()].filter(({ isFinal }) => !isFinal).map(({ name }) => name);
  }

  /**
   * Keep a file and send it. It is attached to its target, or once the card of a form exists (`follow`).
   * @param {string} board "": not known yet; nothing is sent until it is (`move`)
   * @param {UploadTarget} target
   * @param {File} file
   */
  async add(board, target, file) {
    const order = Math.max(this.#deps.now(), ...[...this.#items.values()].map((item) => item.order + 1));
    /** @type {UploadItem} */
    const item = {
      id: this.#deps.newId(), board, target, name: file.name || label.field("photo", "search"), size: file.size, type: file.type, order, offset: 0, state: "waiting",
      problem: null, found: null, tries: 0, retryAt: 0,
    };
    const problem = problemOf(file, this.#deps.maxMb());
    this.#items.set(item.id, item);
    if (problem) return this.#fail(item, problem, { isFinal: true });
    this.#runs.set(item.id, { file, release: () => {}, abort: null });
    this.#changed();
    await this.#acquire(item.id);
    item.isKept = await this.#deps.store.keep(item, file);
    if (!this.#items.has(item.id)) this.#deps.store.remove(item.id); // given up meanwhile
    this.#changed();
    return this.#pump();
  }

  /** @param {string} id */
  retry(id) {
    const item = this.#items.get(id);
    if (item?.state !== "failed" || item.isFinal) return;
    Object.assign(item, { state: item.isSent ? "ready" : "waiting", problem: null, tries: 0, retryAt: 0 });
    this.#changed();
    this.#pump();
  }

  /** Give a file up, also on the server. @param {string} id */
  cancel(id) {
    const item = this.#items.get(id);
    if (!item || item.state === "attaching") return;
    this.#runs.get(id)?.abort?.abort();
    if (item.offset > 0 || item.state !== "waiting") this.#deps.calls.remove(item.board, id).catch(() => {}); // the server sweeps it after a day
    this.#forget(item);
  }

  /**
   * Send what was chosen in a form to this board. What had begun on another one is given up there, and begins anew.
   * @param {string} form
   * @param {string} board
   */
  move(form, board) {
    for (const item of this.of(null, { form })) {
      if (item.board === board) continue;
      const hasBegun = item.offset > 0 || item.state !== "waiting" || item.tries > 0;
      if (item.board && hasBegun && !item.isFinal) this.#renew(item, { board });
      else this.#set(item, { board });
    }
    this.#pump();
  }

  /**
   * Attach what was chosen in a form to the card that a command adds.
   * @param {string} board
   * @param {string} form
   * @param {string} command
   */
  follow(board, form, command) {
    for (const item of this.of(board, { form })) this.#set(item, { target: { command }, command });
  }

  /**
   * The command was refused: what was chosen is in the form again.
   * @param {string} board
   * @param {string} form
   * @param {string} command
   */
  unfollow(board, form, command) {
    for (const item of this.of(board, { command })) this.#set(item, { target: { form }, command: undefined });
  }

  /**
   * The card that a command added is known.
   * @param {string} command
   * @param {string} card
   */
  known(command, card) {
    const waiting = [...this.#items.values()].filter(({ target }) => target.command === command);
    for (const item of waiting) this.#retarget(item, { card });
    if (waiting.length) this.#pump();
  }

  /**
   * A command was acknowledged; if files wait for its card, find out which one it is.
   * @param {{ id: string, board?: string | null, seqs: number[] }} ack
   */
  async acknowledged({ id, seqs }) {
    if (!seqs.length) return;
    this.#remember(id, seqs);
    const waiting = [...this.#items.values()].filter(({ target }) => target.command === id);
    if (!waiting.length) return;
    const card = await this.#deps.calls.cardOf(waiting[0].board, id, seqs).catch(() => null);
    if (!card) return void waiting.forEach((item) => (item.seqs = seqs)); // a later tick asks again
    this.known(id, card);
  }

  /** The line is back: try at once. */
  online() {
    for (const item of this.#items.values()) item.retryAt = 0;
    this.#pump();
  }

  /** Try again what is due. Call once a second. */
  tick() {
    for (const item of this.#items.values()) if (item.seqs && item.target.command) this.acknowledged({ id: item.target.command, seqs: item.seqs });
    if ((this.#ticks += 1) % ADOPT_EVERY === 0) this.open();
    else this.#pump();
  }

  #pump() {
    const all = [...this.#items.values()].sort(byOrder);
    let active = all.filter(({ state }) => state === "sending" || state === "checking").length;
    for (const item of all) {
      if (item.state === "ready") this.#attach(item);
      if (active >= AT_ONCE || !item.board || this.#moving.has(item.id) || item.state !== "waiting" || item.retryAt > this.#deps.now()) continue;
      active += 1;
      this.#run(item);
    }
  }

  /** @param {UploadItem} item */
  async #run(item) {
    const run = this.#runs.get(item.id) ?? { file: null, release: () => {}, abort: null };
    this.#runs.set(item.id, run);
    run.abort = new AbortController();
    item.state = "sending";
    this.#changed();
    try {
      await this.#send(item, run.abort.signal);
      if (!this.#items.has(item.id)) return;
      Object.assign(item, { state: "ready", isSent: true, problem: null, tries: 0 });
      await this.#deps.store.put(item);
      this.#changed();
    } catch (error) {
      if (this.#items.has(item.id)) this.#onError(item, error);
    }
    this.#pump();
  }

  /** Send what the server does not have yet. @param {UploadItem} item @param {AbortSignal} signal */
  async #send(item, signal) {
    const there = item.offset > 0 || item.tries > 0 || item.isResumed ? await this.#deps.calls.state(item.board, item.id, signal) : null;
    if (there?.state === "attached" || there?.state === "ready") return void (item.found = saidBy(there.result));
    item.offset = there?.offset ?? 0;
    while (item.offset < item.size) await this.#sendPiece(item, signal);
    item.state = "checking";
    this.#changed();
    const sha256 = await this.#deps.digest(await this.#bytes(item, 0, item.size));
    item.found = saidBy(await this.#deps.calls.finish(item.board, item.id, sha256, signal));
  }

  /** @param {UploadItem} item @param {AbortSignal} signal */
  async #sendPiece(item, signal) {
    const bytes = await this.#bytes(item, item.offset, Math.min(item.size, item.offset + this.#piece)), began = this.#deps.now();
    try {
      const { offset } = await this.#deps.calls.piece(item, bytes, signal);
      const took = this.#deps.now() - began;
      if (took < FAST_MS) this.#piece = Math.min(MAX_PIECE, this.#piece * 2);
      if (took > SLOW_MS) this.#piece = Math.max(MIN_PIECE, this.#piece / 2);
      Object.assign(item, { offset, tries: 0, problem: null });
    } catch (error) {
      const offset = error instanceof Refusal && error.code === "conflict" ? error.current?.offset : undefined;
      if (error instanceof Offline) this.#piece = Math.max(MIN_PIECE, this.#piece / 2);
      if (!Number.isInteger(offset) || offset === item.offset) throw error;
      item.offset = offset; // another tab, or an answer that was lost
    }
    this.#changed();
    await this.#deps.store.put(item);
  }

  /** @param {UploadItem} item @param {number} start @param {number} end */
  async #bytes(item, start, end) {
    const file = this.#runs.get(item.id)?.file;
    if (!file) return this.#deps.store.bytes(item.id, start, end);
    return new Uint8Array(await file.slice(start, end).arrayBuffer());
  }

  /** @param {UploadItem} item @param {unknown} error */
  #onError(item, error) {
    if (error instanceof Offline) return this.#postpone(item, null, error.retryAfterS);
    if (!(error instanceof Refusal)) return this.#fail(item, t("This file can no longer be read here. Choose it again."), { isFinal: true });
    if (error.status === 401) return this.#postpone(item, null, NaN);
    if (TRANSIENT.has(error.code)) return this.#postpone(item, error.message, error.retryAfterS);
    if (error.fields.sha256 && !item.isAgain) return this.#beginAgain(item);
    return this.#fail(item, error.message, { isFinal: error.code === "too_large" || error.code === "invalid" });
  }

  /** It arrived damaged: send it once more, under another id. @param {UploadItem} item */
  #beginAgain(item) {
    this.#renew(item, { isAgain: true });
  }

  /** Begin anew under another id. @param {UploadItem} item @param {Partial<UploadItem>} changes */
  async #renew(item, changes) {
    const { id } = item, run = this.#runs.get(id), letGo = run?.release;
    run?.abort?.abort();
    this.#deps.calls.remove(item.board, id).catch(() => {}); // the server sweeps it after a day
    /** @type {UploadItem} */
    const anew = { ...item, id: this.#deps.newId(), offset: 0, state: "waiting", problem: null, found: null, tries: 0, retryAt: 0, isSent: false, isResumed: false, ...changes };
    this.#items.delete(id);
    this.#runs.delete(id);
    this.#items.set(anew.id, anew);
    this.#runs.set(anew.id, { file: run?.file ?? null, release: () => {}, abort: null });
    this.#moving.add(anew.id);
    this.#changed();
    await this.#acquire(anew.id);
    await this.#deps.store.rename(id, anew).catch(() => {});
    letGo?.(); // not before: another tab would take over what is still stored under the old id
    if (!this.#items.has(anew.id)) this.#deps.store.remove(anew.id); // given up meanwhile
    this.#moving.delete(anew.id);
    this.#pump();
  }

  /** @param {UploadItem} item @param {string | null} problem @param {number} afterS */
  #postpone(item, problem, afterS) {
    const wait = afterS > 0 ? afterS * 1_000 : Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** item.tries);
    Object.assign(item, { state: "waiting", problem, tries: item.tries + 1, retryAt: this.#deps.now() + wait * (0.5 + this.#deps.random() / 2) });
    this.#changed();
  }

  /** @param {UploadItem} item @param {string} problem @param {{ isFinal?: boolean }} [options] */
  #fail(item, problem, { isFinal = false } = {}) {
    Object.assign(item, { state: "failed", problem, isFinal });
    if (isFinal) this.#deps.store.remove(item.id); // what can never be sent is not kept
    else this.#deps.store.put(item);
    this.#changed();
  }

  /** @param {UploadItem} item */
  async #attach(item) {
    const { card = null, note = null, form, command } = item.target;
    if (form || command) return;
    item.state = "attaching";
    this.#changed();
    await this.#deps.store.put(item);
    try {
      const ack = await this.#deps.attach(item, { upload: item.id, ...(card && { card }), ...(note && { note }) }, commandOf(item.id));
      this.#deps.attached(item, ack);
      this.#forget(item);
    } catch (error) {
      if (error instanceof Refusal) this.#fail(item, error.message, { isFinal: error.code === "conflict" || error.code === "too_large" });
      else throw error;
    }
  }

  /** @param {UploadItem} item @param {UploadTarget} target */
  #retarget(item, target) {
    this.#set(item, { target, seqs: undefined });
  }

  /** @param {UploadItem} item @param {Partial<UploadItem>} changes */
  #set(item, changes) {
    Object.assign(item, changes);
    this.#deps.store.put(item);
    this.#changed();
  }

  /** An acknowledged command may have files that this page has not read yet. @param {string} command @param {number[]} seqs */
  #remember(command, seqs) {
    this.#acks.set(command, seqs);
    if (this.#acks.size > MAX_ACKS) this.#acks.delete([...this.#acks.keys()][0]);
  }

  /** @param {UploadItem} item */
  #forget(item) {
    this.#items.delete(item.id);
    this.#given.add(item.id);
    this.#deps.store.remove(item.id).then(() => this.#release(item.id)); // no other tab may take it over before
    this.#changed();
  }

  /** Hold the lock of an upload, unless another tab does. @param {string} id */
  async #acquire(id) {
    const release = await this.#deps.lock(id);
    if (!release) return false;
    const run = this.#runs.get(id);
    if (run) run.release = release;
    else this.#runs.set(id, { file: null, release, abort: null });
    return true;
  }

  /** @param {string} id */
  #release(id) {
    this.#runs.get(id)?.release();
    this.#runs.delete(id);
  }

  #changed() {
    for (const fn of this.#watchers) fn();
  }
}

/** @param {UploadItem} a @param {UploadItem} b */
const byOrder = (a, b) => a.order - b.order;

/** Return what metadata said, or null if nothing. @param {{ found?: FoundInPicture | null } | null | undefined} result */
const saidBy = (result) => (result?.found && Object.keys(result.found).length ? result.found : null);

/** @param {UploadTarget} a @param {UploadTarget} b */
const isSame = (a, b) => (a.card ?? null) === (b.card ?? null) && (a.note ?? null) === (b.note ?? null) && (a.form ?? null) === (b.form ?? null) && (a.command ?? null) === (b.command ?? null);
