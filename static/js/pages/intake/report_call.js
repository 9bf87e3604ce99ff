/* Call about a missing child: the report is saved during typing, so that a coordinator can read along. The server gets it at the first
   name or telephone number. Unsent text stays in this browser, except the name and contact of the caller. */

import { get, orNull, post } from "../../core/connection/api.js";
import { draft } from "../../core/storage/drafts.js";
import { newId } from "../../core/storage/outbox.js";
import { isEqual, toPatch, valueAt } from "../../core/rules/merge_patch.js";
import { serverNow } from "../../core/time.js";
import { Form } from "../../forms/form.js";
import { fieldProblem, toRaw } from "../../forms/fields.js";
import { unreadablePaths } from "../../format/unreadable.js";
import { EarlierSearches } from "../../shared/board/search/earlier_searches.js";
import { callbackHint } from "../../shared/reports/callback_hint.js";
import { CALLER_FIELDS, NAME_FIELDS, reportFields } from "./report_fields.js";

const PAUSE_MS = 1_000; // without a keystroke
const SHORTEST = 2; // characters of a name or number that is worth an alarm
const BOARD = "operations";

export class ReportCall {
  /** @type {string | null} */ id = null; // of the report, once the server has it
  /** @type {string | null} */ savedAt = null;
  /** @type {string | null} */ began = null;
  problem = ""; // message of a refused command that names no field
  form;
  earlierSearches;
  #page;
  /** @type {any} */ #stored;
  /** @type {(command: string) => Promise<{ report: string }>} */ #findReport;
  /** @type {string | null} */ #command = null; // command that adds the report
  #asking = false; // true while the id of the report is requested
  /** @type {Record<string, any>} */ #caller = { source_name: null, source_contact: null }; // the caller as stored by the server
  /** @type {Map<string, unknown>} */ #sent = new Map(); // path -> value on its way to the server
  /** @type {Map<string, unknown>} */ #refused = new Map(); // path -> value that the server refused
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /**
   * @param {{ session: Session, board: Board, draw: () => void }} page
   * @param {{ stored?: any, typed?: any, findReport?: (command: string) => Promise<{ report: string }> }} [options] drafts of the call and of
   *   the form, and the call that returns the report of a command
   */
  constructor(page, { stored = draft("report-call"), typed = draft("report"), findReport = findByCommand } = {}) {
    this.#page = page;
    this.#stored = stored;
    this.#findReport = findReport;
    this.earlierSearches = new EarlierSearches(null, page.draw);
    this.form = new Form({
      key: "report", board: page.board, command: { name: "report.update", data: () => null }, fields: reportFields(),
      read: () => this.state && { ...this.state, ...this.#caller }, draft: typed,
    });
    this.#resume(this.#stored.load());
    this.#stored.whenLoaded((/** @type {any} */ kept) => this.id === null && this.#command === null && this.#resume(kept));
  }

  /** Views of the form's rows. */
  get session() {
    return this.#page.session;
  }

  get board() {
    return this.#page.board;
  }

  draw = () => this.#page.draw();

  /** Render a hint below the number's field, so that it can be checked while the caller is still on the telephone. @param {string} path */
  underField = (path) => (path === "source_contact" ? callbackHint(this.state) : null);

  /** @type {State | null} */
  get state() {
    return this.id === null ? null : this.board.get(this.id)?.state ?? null;
  }

  /** True if something was typed or sent. */
  get isBegun() {
    return this.id !== null || this.#command !== null || this.form.dirty;
  }

  /** Begin a call, or continue the one from before a reload. */
  begin() {
    if (this.began !== null && this.isBegun) return;
    this.began = serverNow().toISOString();
    this.#keep();
  }

  /** Show an existing report, such as another person's. @param {string} id */
  open(id) {
    if (this.id === id) return;
    this.#clear();
    this.id = id;
    this.began = this.state?.received_at ?? serverNow().toISOString();
    this.#keep();
    this.#readCaller();
  }

  /** A field was edited. */
  edited = () => {
    if (this.began === null) this.begin();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.save, PAUSE_MS);
    this.draw();
  };

  resolved = () => {
    this.#refused.clear();
    this.save();
  };

  /** Send what has changed and is valid. */
  save = () => {
    clearTimeout(this.#timer);
    const leaves = this.#changed();
    if (!Object.keys(leaves).length) return;
    if (this.id !== null) this.#update(leaves);
    else if (this.#command === null && NAME_FIELDS.some((path) => (this.form.value(path) ?? "").length >= SHORTEST)) this.#add(leaves);
  };

  /** Apply events of the board. @param {JournalEvent[]} [events] */
  settle(events = []) {
    this.form.onEvents(events.filter(({ id }) => id === this.id));
    if (this.#command !== null && this.id === null) this.#learnId();
    for (const [path, value] of this.#sent) {
      if (this.#isOnServer(path, value)) this.#settled(path);
    }
  }

  /** End the call: everything typed is sent first. Returns the id of the report, if there is one. */
  async end() {
    this.save();
    if (this.id !== null) await this.board.send("report.end_call", { report: this.id }).catch((refusal) => this.#fail(refusal));
  }

  /** Reset the page for the next call. */
  next() {
    this.#clear();
    this.draw();
  }

  /** True if typed text is not on the server yet. */
  get isUnsaved() {
    return Object.keys(this.#changed()).length > 0 || this.#sent.size > 0;
  }

  /** @param {Record<string, unknown>} leaves */
  #add(leaves) {
    const data = toPatch(Object.fromEntries(Object.entries(leaves).filter(([, value]) => value !== null)));
    this.#command = newId();
    this.#keep();
    this.#mark(leaves);
    this.board.send("report.add", { ...data, received_at: this.began }, { id: this.#command })
      .then(() => this.#saved(leaves), (refusal) => {
        this.#command = null;
        this.#keep();
        this.#refuse(refusal, leaves);
      });
  }

  /** @param {Record<string, unknown>} leaves */
  #update(leaves) {
    const { base, epoch } = this.form.position(), search = this.state?.status === "opened" ? { search: this.state.decision.search } : {};
    this.#mark(leaves);
    this.board.send("report.update", { report: this.id, ...search, ...withoutEmptyPlace(toPatch(leaves)) }, { base, epoch })
      .then(() => this.#saved(leaves), (refusal) => this.#refuse(refusal, leaves));
  }

  /** @param {Record<string, unknown>} leaves */
  #mark(leaves) {
    for (const [path, value] of Object.entries(leaves)) this.#sent.set(path, value);
  }

  /** @param {Record<string, unknown>} leaves */
  #saved(leaves) {
    for (const path of CALLER_FIELDS) if (path in leaves) this.#caller[path] = leaves[path];
    if ("earlier" in leaves) this.#settled("earlier");
    this.problem = "";
    this.savedAt = serverNow().toISOString();
    this.settle();
    this.draw();
  }

  /** @param {any} refusal @param {Record<string, unknown>} leaves */
  #refuse(refusal, leaves) {
    const fields = Object.keys(refusal.fields ?? {});
    for (const [path, value] of Object.entries(leaves)) {
      this.#sent.delete(path);
      if (!fields.length || fields.includes(path)) this.#refused.set(path, value);
    }
    this.form.refuse(refusal);
    const isOpened = refusal.code === "conflict" && fields.includes("status") && refusal.current?.status === "opened";
    if (isOpened) this.board.discard(refusal.id); // the event with its search follows
    else this.#fail(refusal);
    if (isOpened || fields.some((path) => path in leaves)) this.#timer = setTimeout(this.save, PAUSE_MS);
  }

  /** @param {any} refusal */
  #fail(refusal) {
    this.board.discard(refusal.id);
    this.problem = Object.keys(refusal.fields ?? {}).some((path) => this.form.field(path)) ? "" : refusal.message;
    this.draw();
  }

  /** Valid edits that the server does not have, by path. */
  #changed() {
    /** @type {Record<string, unknown>} */
    const leaves = {};
    for (const field of this.form.fields) {
      const { path } = field;
      if (!this.form.isEdited(path)) continue;
      const value = this.form.value(path), isReadable = value !== null || !String(this.form.raw(path)).trim() || field.control === "earlier";
      const isKnown = this.#isOnServer(path, value) || [this.#sent, this.#refused].some((values) => values.has(path) && isEqual(values.get(path), value));
      if (isReadable && !isKnown && !fieldProblem(field, value)) leaves[path] = value;
    }
    return leaves;
  }

  /** @param {string} path @param {unknown} value */
  #isOnServer(path, value) {
    if (CALLER_FIELDS.includes(path)) return isEqual(this.#caller[path] ?? null, value);
    return path !== "earlier" && this.state !== null && isEqual(valueAt(this.state, path) ?? null, value);
  }

  /** Drop an edit that the server has stored, unless the person has changed it again. @param {string} path */
  #settled(path) {
    const field = this.form.field(path), value = this.#sent.get(path);
    this.#sent.delete(path);
    if (!this.form.isEdited(path)) return;
    if (path === "earlier" || this.form.raw(path) === toRaw(field, value)) this.form.take(path);
    else this.form.keep(path);
  }

  /** Ask true while the id of the report is requested that this page's command added. */
  async #learnId() {
    if (this.#asking || this.session.outbox.pending(BOARD).some(({ id }) => id === this.#command)) return;
    this.#asking = true;
    try {
      const { report } = await this.#findReport(/** @type {string} */ (this.#command));
      this.id = report;
      this.#keep();
      this.settle();
      this.save();
      this.draw();
    } catch (error) {
      if (/** @type {Refusal} */ (error).status === 422) this.#command = null; // the command never arrived: the next edit adds the report
    } finally {
      this.#asking = false;
    }
  }

  async #readCaller() {
    const id = this.id, caller = await orNull(get(`/api/v1/reports/${id}/caller`));
    if (!caller || this.id !== id) return;
    this.#caller = { source_name: caller.name, source_contact: caller.contact, unreadable: unreadablePaths(caller, "source_") };
    this.form.isCut = false;
    this.draw();
  }

  /** @param {{ id: string | null, command: string | null, began: string } | null} kept */
  #resume(kept) {
    if (!kept) return;
    this.id = kept.id;
    this.#command = kept.command;
    this.began = kept.began;
    if (kept.id !== null) this.#readCaller();
  }

  #keep() {
    this.#stored.save({ id: this.id, command: this.#command, began: this.began });
  }

  #clear() {
    clearTimeout(this.#timer);
    this.form.clear();
    this.#stored.clear();
    this.#sent.clear();
    this.#refused.clear();
    this.#caller = { source_name: null, source_contact: null };
    this.id = this.#command = this.began = this.savedAt = null;
    this.problem = "";
  }
}

/** Return the report that a command added. Idempotent: the server does not execute a known command again. @param {string} command */
const findByCommand = (command) => post("/api/v1/reports", { id: command }, { repeat: true });

/** Replace a place without any value by null. @param {Record<string, any>} patch */
function withoutEmptyPlace(patch) {
  const place = patch.last_seen;
  return place && Object.keys(place).length === 3 && Object.values(place).every((value) => value === null) ? { ...patch, last_seen: null } : patch;
}
