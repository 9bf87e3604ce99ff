/* Upload queue. Each file is stored encrypted in this browser until it is attached, sent in resumable pieces, and attached by one
   command of the outbox. */

import { Offline, Refusal } from "../errors.js";
import { t } from "../i18n.js";
import { say } from "../rules/sentences.js";
import { label } from "../labels.js";

const MIN_PIECE = 65_536, FIRST_PIECE = 262_144, MAX_PIECE = 1_048_576; // bytes
const FAST_MS = 700, SLOW_MS = 4_000;     // time for one piece: a faster piece doubles the next one, a slower one halves it
const AT_ONCE = 2;                        // uploads at the same time; more would only share the connection
const RETRY_FIRST_MS = 1_000, RETRY_MAX_MS = 30_000; // ms, doubled for each attempt
const TRANSIENT = new Set(["unavailable", "rate_limited"]);
const BUSY = new Set(["sending", "checking", "attaching"]);
const ADOPT_EVERY = 10;                   // ticks
const MAX_ACKS = 50;                      // remembered acks: the files of their commands may still be loading

/** Id of the command that attaches an upload: the same after a reload, so that the server executes it once. @param {string} upload */
export const commandOf = (upload) => upload.replaceAll("-", "");

/** Return why a file is refused before it is sent, or null. @param {{ size: number }} file @param {number} maxMb @returns {string | null} */
export function problemOf({ size }, maxMb) {
  if (size === 0) return say("empty_file");
  return size > maxMb * 1_048_576 ? t("This file is too large. At most {size} MB are accepted.", { size: maxMb }) : null;
}

export class Uploads {
  #deps;
  /** @type {Map<string, UploadItem>} */ #items = new Map();
  /** @type {Map<string, UploadRun>} */ #runs = new Map();
  #finished = new Set(); // ids that this page has finished or cancelled
  #moving = new Set(); // new ids whose bytes are still being stored
  /** @type {Map<string, number[]>} */ #acks = new Map(); // command -> its seqs
  #ticks = 0;
  #piece = FIRST_PIECE;
  #watchers = new Set();

  #markLoaded = () => {};
  /** Resolves when the files of an earlier page are loaded; never without a key. @type {Promise<void>} */
  back = new Promise((resolve) => (this.#markLoaded = resolve));

  /** @param {UploadDependencies} dependencies */
  constructor(dependencies) {
    this.#deps = dependencies;
  }

  /** Take over the uploads of earlier pages that no other tab is sending. Call when the key is available. */
  async open() {
    for (const { id } of await this.#deps.store.all()) {
      if (this.#items.has(id) || this.#finished.has(id) || !(await this.#acquire(id))) continue;
      const item = await this.#deps.store.get(id); // another tab may have finished it before releasing the lock
      if (!item) {
        this.#release(id);
        continue;
      }
      if (BUSY.has(item.state)) item.state = item.state === "attaching" ? "ready" : "waiting";
      const seqs = this.#acks.get(item.target.command ?? "");
      if (seqs) item.seqs = seqs;
      this.#items.set(id, { ...item, retryAt: 0, tries: 0 });
    }
    this.#markLoaded();
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
   * @param {string | null} board null for a form that has no board yet
   * @param {UploadTarget} target
   */
  of(board, target) {
    return [...this.#items.values()].filter((item) => (board === null || item.board === board) && isSameTarget(item.target, target)).sort(byOrder);
  }

  /** Return the items that belong to a command, before and after its card exists, oldest first. @param {string} command */
  with(command) {
    return [...this.#items.values()].filter((item) => item.command === command).sort(byOrder);
  }

  /** Forms with waiting files. */
  get forms() {
    return new Set([...this.#items.values()].map(({ target }) => target.form ?? "").filter(Boolean));
  }

  /** Names of the unattached files in this tab. */
  get names() {
    return [...this.#items.values()].filter(({ isFinal }) => !isFinal).map(({ name }) => name);
  }

  /**
   * Store a file and send it. It is attached to its target, or when the card of a form exists (`follow`).
   * @param {string} board "" if not known yet; nothing is sent until it is (`move`)
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
    if (!this.#items.has(item.id)) this.#deps.store.remove(item.id); // cancelled in the meantime
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

  /** Remove the uploads to a board that was erased, which the server has deleted. @param {string} board */
  forget(board) {
    for (const item of [...this.#items.values()].filter((each) => each.board === board)) {
      this.#runs.get(item.id)?.abort?.abort();
      this.#forget(item);
    }
  }

  /** Boards of all uploads. */
  get boards() {
    return new Set([...this.#items.values()].map(({ board }) => board));
  }

  /** Cancel an upload, also on the server. @param {string} id */
  cancel(id) {
    const item = this.#items.get(id);
    if (!item || item.state === "attaching") return;
    this.#runs.get(id)?.abort?.abort();
    if (item.offset > 0 || item.state !== "waiting") this.#deps.calls.remove(item.board, id).catch(() => {}); // the server sweeps it after a day
    this.#forget(item);
  }

  /**
   * Send the files of a form to this board. Uploads that started on another board are cancelled there and restart.
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
   * Send the files of a form, which had no board yet, to this search, and attach them to it.
   * @param {string} form
   * @param {string} board
   */
  attach(form, board) {
    for (const item of this.of(null, { form })) this.#set(item, { board, target: {} });
    this.#pump();
  }

  /**
   * Attach the files of a form to the card that a command adds.
   * @param {string} board
   * @param {string} form
   * @param {string} command
   */
  follow(board, form, command) {
    for (const item of this.of(board, { form })) this.#set(item, { target: { command }, command });
  }

  /**
   * Return the files of a refused command to its form.
   * @param {string} board
   * @param {string} form
   * @param {string} command
   */
  unfollow(board, form, command) {
    for (const item of this.of(board, { command })) this.#set(item, { target: { form }, command: undefined });
  }

  /**
   * Attach waiting files to the card that a command added.
   * @param {string} command
   * @param {string} card
   */
  onCardKnown(command, card) {
    const waiting = [...this.#items.values()].filter(({ target }) => target.command === command);
    for (const item of waiting) this.#retarget(item, { card });
    if (waiting.length) this.#pump();
  }

  /**
   * Look up the card of an acknowledged command if files are waiting for it.
   * @param {{ id: string, board?: string | null, seqs: number[] }} ack
   */
  async acknowledged({ id, seqs }) {
    if (!seqs.length) return;
    this.#remember(id, seqs);
    const waiting = [...this.#items.values()].filter(({ target }) => target.command === id);
    if (!waiting.length) return;
    const card = await this.#deps.calls.cardOf(waiting[0].board, id, seqs).catch(() => null);
    if (!card) return void waiting.forEach((item) => (item.seqs = seqs)); // a later tick asks again
    this.onCardKnown(id, card);
  }

  /** Retry immediately: the connection is back. */
  online() {
    for (const item of this.#items.values()) item.retryAt = 0;
    this.#pump();
  }

  /** Retry due uploads. Call once a second. */
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

  /** Send the missing bytes. @param {UploadItem} item @param {AbortSignal} signal */
  async #send(item, signal) {
    const serverState = item.offset > 0 || item.tries > 0 || item.isResumed ? await this.#deps.calls.state(item.board, item.id, signal) : null;
    if (serverState?.state === "attached" || serverState?.state === "ready") return void (item.found = metadataOf(serverState.result));
    item.offset = serverState?.offset ?? 0;
    while (item.offset < item.size) await this.#sendPiece(item, signal);
    item.state = "checking";
    this.#changed();
    const sha256 = await this.#deps.digest(await this.#bytes(item, 0, item.size));
    item.found = metadataOf(await this.#deps.calls.finish(item.board, item.id, sha256, signal));
  }

  /** @param {UploadItem} item @param {AbortSignal} signal */
  async #sendPiece(item, signal) {
    const bytes = await this.#bytes(item, item.offset, Math.min(item.size, item.offset + this.#piece)), startedAt = this.#deps.now();
    try {
      const { offset } = await this.#deps.calls.piece(item, bytes, signal);
      const durationMs = this.#deps.now() - startedAt;
      if (durationMs < FAST_MS) this.#piece = Math.min(MAX_PIECE, this.#piece * 2);
      if (durationMs > SLOW_MS) this.#piece = Math.max(MIN_PIECE, this.#piece / 2);
      Object.assign(item, { offset, tries: 0, problem: null });
    } catch (error) {
      const offset = error instanceof Refusal && error.code === "conflict" ? error.current?.offset : undefined;
      if (error instanceof Offline) this.#piece = Math.max(MIN_PIECE, this.#piece / 2);
      if (!Number.isInteger(offset) || offset === item.offset) throw error;
      item.offset = offset; // another tab sent bytes, or an answer was lost
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
    if (error.fields.sha256 && !item.isAgain) return this.#resend(item);
    return this.#fail(item, error.message, { isFinal: error.code === "too_large" || error.code === "invalid" });
  }

  /** Resend a file that arrived damaged, under a new id. @param {UploadItem} item */
  #resend(item) {
    this.#renew(item, { isAgain: true });
  }

  /** Restart an upload under a new id. @param {UploadItem} item @param {Partial<UploadItem>} changes */
  async #renew(item, changes) {
    const { id } = item, run = this.#runs.get(id), releaseOld = run?.release;
    run?.abort?.abort();
    this.#deps.calls.remove(item.board, id).catch(() => {}); // the server sweeps it after a day
    /** @type {UploadItem} */
    const renewed = { ...item, id: this.#deps.newId(), offset: 0, state: "waiting", problem: null, found: null, tries: 0, retryAt: 0, isSent: false, isResumed: false, ...changes };
    this.#items.delete(id);
    this.#runs.delete(id);
    this.#items.set(renewed.id, renewed);
    this.#runs.set(renewed.id, { file: run?.file ?? null, release: () => {}, abort: null });
    this.#moving.add(renewed.id);
    this.#changed();
    await this.#acquire(renewed.id);
    await this.#deps.store.rename(id, renewed).catch(() => {});
    releaseOld?.(); // not earlier: another tab would take over the bytes stored under the old id
    if (!this.#items.has(renewed.id)) this.#deps.store.remove(renewed.id); // cancelled in the meantime
    this.#moving.delete(renewed.id);
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
    if (isFinal) this.#deps.store.remove(item.id); // it can never be sent
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

  /** Remember an acknowledged command: this page may not have loaded all its files yet. @param {string} command @param {number[]} seqs */
  #remember(command, seqs) {
    this.#acks.set(command, seqs);
    if (this.#acks.size > MAX_ACKS) this.#acks.delete([...this.#acks.keys()][0]);
  }

  /** @param {UploadItem} item */
  #forget(item) {
    this.#items.delete(item.id);
    this.#finished.add(item.id);
    this.#deps.store.remove(item.id).then(() => this.#release(item.id)); // until then, no other tab may take it over
    this.#changed();
  }

  /** Acquire the lock of an upload; return false if another tab holds it. @param {string} id */
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

/** Return the picture's metadata, or null if there is none. @param {{ found?: FoundInPicture | null } | null | undefined} result */
const metadataOf = (result) => (result?.found && Object.keys(result.found).length ? result.found : null);

/** @param {UploadTarget} a @param {UploadTarget} b */
const isSameTarget = (a, b) => (a.card ?? null) === (b.card ?? null) && (a.note ?? null) === (b.note ?? null) && (a.form ?? null) === (b.form ?? null) && (a.command ?? null) === (b.command ?? null);
