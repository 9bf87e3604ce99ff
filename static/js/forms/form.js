/**
 * Form for one entity: local edits on top of the server's state. Never overwrites an edited field; reports who changed its value on the
 * server in the meantime. No DOM.
 */
import { valueAt, applyPatch, toPatch, isEqual } from "../core/rules/merge_patch.js";
import { fieldProblem, fromRaw, dataToRaw, toRaw } from "./fields.js";
import { isSameTime } from "./time_value.js";

export class Form {
  /** @type {any | null} */ problem = null; // error about the entire form
  /** @type {Record<string, any>} */ errors = {}; // path -> text
  #isCopy = true; // true until the loaded draft is edited here: another tab may send it
  isCut = false; // a reload has lost private fields
  /** @type {any} */ #edits = new Map(); // path -> {raw, was, base, epoch}
  /** @type {Map<string, any>} */ #conflicts = new Map(); // path -> the server's value
  /** @type {Map<string, any>} */ #lastChanges = new Map(); // path -> {actor, at} of the last known change
  /** @type {any} */ #board;
  /** @type {any} */ #read;
  /** @type {any} */ #draft;
  /** @type {() => Record<string, any>} */ #defaults;
  /** @type {Record<string, any>} */ #start = {}; // the defaults when the form was opened

  /**
   * @param {Record<string, any>} options
   *   - `key`: key of the draft, and prefix of the controls' ids
   *   - `entity`: id of the changed entity, or null for a new one
   *   - `command`: - {name, data: (form) -> data, or null if a field can't be parsed; group: part of the state whose fields are at
   *     the top of the data; flags: lists of codes in the data, whose fields are flags}
   *   - `board`: store of the board, for its position
   *   - `fields`: see fields.js
   *   - `read`: () -> the server's state, or null for a new entity
   *   - `draft`: - {load, save, clear, whenLoaded, whenRemoved}: stores typed text across a reload
   *   - `defaults`: () -> {path: raw} for unset fields
   */
  constructor({ key, entity = null, command, board, fields, read = () => null, draft = null, defaults = () => ({}) }) {
    this.key = key;
    this.entity = entity;
    this.command = command;
    this.fields = fields;
    this.#board = board;
    this.#read = read;
    this.#draft = draft;
    this.#defaults = defaults;
    this.#start = defaults();
    const storedDraft = draft?.load();
    if (storedDraft) this.#resume(storedDraft);
    else draft?.whenLoaded((/** @type {any} */ loaded) => this.#resume(loaded));
    draft?.whenRemoved?.(() => this.#isCopy && this.clear());
  }

  /** Refresh the defaults, such as "now", when the form is shown again, unless something was typed. */
  open() {
    if (!this.dirty) this.#start = this.#defaults();
  }

  /** True if something was changed. Spaces in an empty field do not count. */
  get dirty() {
    return [...this.#edits].some(([path, { raw }]) => !isBlank(raw) || !isBlank(this.#serverRaw(path)));
  }

  /** Return true if this is the only edited field. @param {string} path */
  isOnly(path) {
    return this.#edits.size === 1 && this.#edits.has(path);
  }

  get conflicted() {
    return this.#conflicts.size > 0;
  }

  /** @param {string} path */
  field(path) {
    return this.fields.find((/** @type {any} */ field) => field.path === path);
  }

  /** @param {string} path */
  raw(path) {
    return this.#edits.has(path) ? this.#edits.get(path).raw : this.#serverRaw(path);
  }

  /**
   * Return the edited value in the form of the state.
   * @param {string} path
   */
  value(path) {
    return fromRaw(this.field(path), this.raw(path)) ?? null;
  }

  /** @param {string} path */
  isEdited(path) {
    return this.#edits.has(path);
  }

  /** @param {string} path @param {any} raw */
  edit(path, raw) {
    const { seq: base, epoch } = this.#board;
    this.#isCopy = false;
    const edit = this.#edits.get(path) ?? { was: this.#value(path), base, epoch };
    if (this.#isServerRaw(path, raw) && !this.#conflicts.has(path)) this.#edits.delete(path);
    else this.#edits.set(path, { ...edit, raw });
    delete this.errors[path];
    this.#save();
  }

  /**
   * Return another person's change of an edited field, {value, actor, at}, or null.
   * @param {string} path
   */
  otherChange(path) {
    const edit = this.#edits.get(path);
    if (!edit) return null;
    if (this.field(path)?.private) return this.#privateChange(path, edit);
    const value = this.#conflicts.has(path) ? this.#conflicts.get(path) : this.#value(path);
    if (!this.#conflicts.has(path) && (isEqual(value, edit.was) || isEqual(value, this.value(path)))) return null;
    return { value, conflict: this.#conflicts.has(path), ...this.#lastChanges.get(path) };
  }

  /**
   * Record the author and time of each changed field.
   * @param {JournalEvent[]} events
   */
  onEvents(events) {
    for (const { actor, at, seq, changes = [], private: privatePaths = [] } of events) {
      for (const path of [...changes, ...privatePaths]) this.#lastChanges.set(path, { actor, at, seq });
    }
  }

  /**
   * Keep the edited value despite the server's. Returns true if no conflict is left.
   * @param {string} path
   */
  keep(path) {
    const edit = this.#edits.get(path);
    const was = this.#conflicts.has(path) ? this.#conflicts.get(path) : this.#value(path);
    this.#edits.set(path, { ...edit, was, base: this.#board.seq, epoch: this.#board.epoch });
    return this.#resolve(path);
  }

  /** @param {string} path */
  take(path) {
    this.#edits.delete(path);
    return this.#resolve(path);
  }

  /**
   * Return the position from which the server must check for conflicts: the start of the edit if an edited field has changed on the
   * server, otherwise the current position.
   */
  position() {
    const pendingEdits = [...this.#edits].filter(([path]) => this.otherChange(path)).map(([, edit]) => edit);
    const { seq: base, epoch } = this.#board;
    return pendingEdits.reduce((oldest, edit) => (edit.base < oldest.base ? edit : oldest), { base, epoch });
  }

  /**
   * Return the edited fields as a merge patch; null, with `errors`, if a value is invalid.
   * @returns {Record<string, any> | null}
   */
  patch() {
    const leaves = this.#leaves([...this.#edits.keys()]);
    if (!leaves) return null;
    /** @type {Record<string, any>} */
    const patch = toPatch(leaves);
    /** @type {Record<string, any>} */
    const merged = applyPatch(this.#read() ?? {}, patch);
    for (const group of Object.keys(patch)) {
      // a place without any value becomes null
      if (this.field(`${group}.lat`) && Object.values(merged[group]).every((value) => value === null)) patch[group] = null;
    }
    return patch;
  }

  /**
   * Return all filled-in fields for a new entity; null, with `errors`, if a value is invalid.
   * @param {string[]} [paths]
   * @returns {Record<string, any> | null}
   */
  filled(paths = this.fields.map((/** @type {any} */ field) => field.path)) {
    const leaves = this.#leaves(paths);
    if (!leaves) return null;
    return toPatch(Object.fromEntries(Object.entries(leaves).filter(([, value]) => value !== null && value !== false)));
  }

  /** Clear the form when its text goes to the outbox; return the text and the defaults for `restore`. */
  release() {
    const released = { mine: [...this.#edits], start: this.#start };
    this.clear();
    return released;
  }

  /**
   * Restore refused text, without overwriting later input.
   * @param {{ mine: any[], start?: Record<string, any> }} sent
   * @param {any} refusal
   */
  restore({ mine, start }, refusal) {
    if (start && !this.dirty) this.#start = start; // untouched fields also return to their sent values
    this.#edits = new Map([...mine, ...this.#edits]);
    this.refuse(refusal);
    this.#save();
  }

  /**
   * Restore the data of a refused command that an earlier page sent.
   * @param {Record<string, any>} data
   * @param {{ base: any, epoch: any }} position
   * @param {any} refusal
   */
  restoreData(data, { base, epoch }, refusal) {
    const flaggedData = { ...data, ...this.#flagsOf(data) };
    const mine = this.fields
      .filter((/** @type {any} */ field) => hasPath(flaggedData, this.#inData(field.path)))
      .map((/** @type {any} */ field) => [field.path, { raw: dataToRaw(field, valueAt(flaggedData, this.#inData(field.path))), was: this.#value(field.path), base, epoch }]);
    this.restore({ mine }, refusal);
  }

  /** Convert the lists of codes in the data to flags, including the unset ones. @param {Record<string, any>} data */
  #flagsOf(data) {
    /** @type {string[]} */
    const groups = (this.command.flags ?? []).filter((/** @type {string} */ group) => Array.isArray(data[group]));
    /** @type {(group: string) => string[]} */
    const codes = (group) => this.fields.map((/** @type {any} */ { path }) => path).filter((/** @type {string} */ path) => path.startsWith(`${group}.`)).map((/** @type {string} */ path) => path.slice(group.length + 1));
    return Object.fromEntries(groups.map((group) => [group, Object.fromEntries(codes(group).map((code) => [code, data[group].includes(code)]))]));
  }

  /** @param {{ code: any, message: string, fields?: any, current?: any }} refusal */
  refuse({ code, message, fields = {}, current = null }) {
    const paths = Object.keys(fields ?? {});
    this.#conflicts.clear();
    if (code === "conflict" && current) {
      const conflicting = [...this.#edits.keys()].filter((path) => paths.some((changedPath) => changedPath === path || changedPath.startsWith(`${path}.`)));
      for (const path of conflicting) this.#conflicts.set(path, valueAt(current, path));
    }
    this.errors = code === "conflict" ? {} : Object.fromEntries(Object.entries(fields ?? {}).map(([path, error]) => [this.#inState(path), error]));
    this.problem = message;
  }

  clear() {
    this.#isCopy = true;
    this.#edits.clear();
    this.#conflicts.clear();
    this.isCut = false;
    this.errors = {};
    this.problem = null;
    this.#draft?.clear();
  }

  /**
   * Return another person's change of a private field. Only the fact is known: private values are not in the state.
   * @param {string} path
   * @param {{ base: any }} edit
   */
  #privateChange(path, { base }) {
    const lastChange = this.#lastChanges.get(path), conflict = this.#conflicts.has(path);
    return conflict || lastChange?.seq > base ? { value: null, conflict, isPrivate: true, ...lastChange } : null;
  }

  /** @param {string} path @param {any} raw */
  #isServerRaw(path, raw) {
    const serverRaw = this.#serverRaw(path);
    if (this.field(path)?.control === "people") return isEqual([...raw].sort(), [...serverRaw].sort()); // in any order
    return isEqual(raw, serverRaw) || (this.field(path)?.control === "time" && isSameTime(raw, serverRaw));
  }

  /** @param {string} path */
  #inData(path) {
    const { group } = this.command;
    return group && path.startsWith(`${group}.`) ? path.slice(group.length + 1) : path;
  }

  /** @param {string} path */
  #inState(path) {
    const inGroup = `${this.command.group}.${path}`;
    return this.field(inGroup) ? inGroup : path;
  }

  /** @param {string} path */
  #resolve(path) {
    this.#conflicts.delete(path);
    if (!this.conflicted) this.problem = null;
    this.#save();
    return !this.conflicted;
  }

  /** @param {string[]} paths */
  #leaves(paths) {
    /** @type {Record<string, any>} */
    const leaves = {};
    this.errors = {};
    for (const path of paths) {
      const field = this.field(path);
      const value = fromRaw(field, this.raw(path));
      const error = value === undefined ? "unreadable" : fieldProblem(field, value);
      if (error) this.errors[path] = error;
      else leaves[path] = value;
    }
    return Object.keys(this.errors).length ? null : leaves;
  }

  /** Return true if the server has a value of a field that it cannot decrypt. @param {string} path */
  isUnreadable(path) {
    return Boolean(this.#read()?.unreadable?.includes(path)) && (this.#value(path) ?? null) === null;
  }

  /** @param {string} path */
  #value(path) {
    const state = this.#read();
    return state ? valueAt(state, path) : null;
  }

  /** @param {string} path */
  #serverRaw(path) {
    const value = this.#value(path);
    return value === null && path in this.#start ? this.#start[path] : toRaw(this.field(path), value);
  }

  /**
   * Apply a loaded draft, without overwriting later input.
   * @param {{ mine?: any[], start?: any, isCut?: boolean }} kept
   */
  #resume({ mine = [], start = null, isCut = false }) {
    if (!this.dirty) this.#start = start ?? this.#start; // a call that was begun before a reload keeps its time of receipt
    const hadInput = this.dirty;
    const validEdits = mine.filter(([path]) => this.field(path)); // drafts of an earlier version may contain fields that no longer exist
    this.#edits = new Map([...validEdits, ...this.#edits]);
    this.isCut ||= isCut;
    if (hadInput) this.#save();
  }

  #save() {
    if (!this.dirty) return void this.#draft?.clear();
    const mine = [...this.#edits].filter(([path]) => !this.field(path)?.private);
    this.#draft?.save({ mine, start: this.#start, isCut: this.isCut || mine.length < this.#edits.size });
  }
}

/** @param {unknown} raw */
const isBlank = (raw) => typeof raw === "string" && !raw.trim();

/** @param {Record<string, any>} data @param {string} path */
function hasPath(data, path) {
  let group = data;
  for (const key of path.split(".")) {
    if (group === null || typeof group !== "object" || !(key in group)) return false;
    group = group[key];
  }
  return true;
}
