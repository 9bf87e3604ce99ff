/**
 * Form over one entity: local edits over the server's state. Never overwrites an edited field; reports who changed the true value
 * meanwhile. No DOM.
 */
import { valueAt, applyPatch, toPatch, isEqual } from "../core/rules/merge_patch.js";
import { fieldProblem, fromRaw, rawOfData, toRaw } from "./fields.js";
import { isSameTime } from "./time_value.js";

export class Form {
  /** @type {any | null} */ problem = null; // text about the form as a whole
  /** @type {Record<string, any>} */ errors = {}; // path -> text
  #isCopy = true; // nothing was edited here since the draft was loaded: another tab may send it
  isCut = false; // private fields were filled in before a reload; they were not kept
  /** @type {any} */ #mine = new Map(); // path -> {raw, was, base, epoch}
  /** @type {Map<string, any>} */ #conflicts = new Map(); // path -> the server's value
  /** @type {Map<string, any>} */ #lastChanges = new Map(); // path -> {actor, at} of the last change seen
  /** @type {any} */ #board;
  /** @type {any} */ #read;
  /** @type {any} */ #draft;
  /** @type {() => Record<string, any>} */ #defaults;
  /** @type {Record<string, any>} */ #start = {}; // the defaults when the form was opened

  /**
   * @param {Record<string, any>} given
   *   - `key`: of the draft, and of the ids of the controls
   *   - `entity`: id of what it changes, or null while adding
   *   - `command`: - {name, data: (form) -> data, or null if a field can't be read; group: part of the state whose fields are at
   *     the top of the data; flags: lists of codes in the data, whose fields are flags}
   *   - `board`: store of the board, for its position
   *   - `fields`: see fields.js
   *   - `read`: () -> the true state, or null while adding
   *   - `draft`: - {load, save, clear, whenLoaded, whenRemoved}: keeps typed text across a reload
   *   - `defaults`: () -> {path: raw} for fields that are not set
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
    const kept = draft?.load();
    if (kept) this.#resume(kept);
    else draft?.whenLoaded((/** @type {any} */ late) => this.#resume(late));
    draft?.whenRemoved?.(() => this.#isCopy && this.clear());
  }

  /** Refresh the defaults when the form is shown again ("now" is now), unless something was typed. */
  open() {
    if (!this.dirty) this.#start = this.#defaults();
  }

  /** Return whether something was changed. Spaces in an empty field are nothing. */
  get dirty() {
    return [...this.#mine].some(([path, { raw }]) => !isBlank(raw) || !isBlank(this.#true(path)));
  }

  /** Return whether one field alone was edited. @param {string} path */
  isOnly(path) {
    return this.#mine.size === 1 && this.#mine.has(path);
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
    return this.#mine.has(path) ? this.#mine.get(path).raw : this.#true(path);
  }

  /**
   * Return the edited value, as in the state.
   * @param {string} path
   */
  value(path) {
    return fromRaw(this.field(path), this.raw(path)) ?? null;
  }

  /** @param {string} path */
  isMine(path) {
    return this.#mine.has(path);
  }

  /** @param {string} path @param {any} raw */
  edit(path, raw) {
    const { seq: base, epoch } = this.#board;
    this.#isCopy = false;
    const mine = this.#mine.get(path) ?? { was: this.#value(path), base, epoch };
    if (this.#isTrue(path, raw) && !this.#conflicts.has(path)) this.#mine.delete(path);
    else this.#mine.set(path, { ...mine, raw });
    delete this.errors[path];
    this.#save();
  }

  /**
   * Return another person's change of an edited field, {value, actor, at}, or null.
   * @param {string} path
   */
  theirs(path) {
    const mine = this.#mine.get(path);
    if (!mine) return null;
    if (this.field(path)?.private) return this.#privately(path, mine);
    const value = this.#conflicts.has(path) ? this.#conflicts.get(path) : this.#value(path);
    if (!this.#conflicts.has(path) && (isEqual(value, mine.was) || isEqual(value, this.value(path)))) return null;
    return { value, conflict: this.#conflicts.has(path), ...this.#lastChanges.get(path) };
  }

  /**
   * Remember who changed which field, and when.
   * @param {JournalEvent[]} events
   */
  onEvents(events) {
    for (const { actor, at, seq, changes = [], private: set = [] } of events) {
      for (const path of [...changes, ...set]) this.#lastChanges.set(path, { actor, at, seq });
    }
  }

  /**
   * Keep the edited value, knowing the true one. Returns whether all conflicts are decided.
   * @param {string} path
   */
  keep(path) {
    const mine = this.#mine.get(path);
    const was = this.#conflicts.has(path) ? this.#conflicts.get(path) : this.#value(path);
    this.#mine.set(path, { ...mine, was, base: this.#board.seq, epoch: this.#board.epoch });
    return this.#decided(path);
  }

  /** @param {string} path */
  take(path) {
    this.#mine.delete(path);
    return this.#decided(path);
  }

  /**
   * Return the position from which the server must look for conflicts: the current one for what was seen and decided; the
   * beginning of the edit while an edited field has changed.
   */
  position() {
    const open = [...this.#mine].filter(([path]) => this.theirs(path)).map(([, mine]) => mine);
    const { seq: base, epoch } = this.#board;
    return open.reduce((oldest, mine) => (mine.base < oldest.base ? mine : oldest), { base, epoch });
  }

  /**
   * Return the edited fields as a merge patch; null, with `errors`, if a value can't be read.
   * @returns {Record<string, any> | null}
   */
  patch() {
    const leaves = this.#leaves([...this.#mine.keys()]);
    if (!leaves) return null;
    /** @type {Record<string, any>} */
    const patch = toPatch(leaves);
    /** @type {Record<string, any>} */
    const merged = applyPatch(this.#read() ?? {}, patch);
    for (const group of Object.keys(patch)) {
      // a place becomes null as a whole when none of its fields is set
      if (this.field(`${group}.lat`) && Object.values(merged[group]).every((value) => value === null)) patch[group] = null;
    }
    return patch;
  }

  /**
   * Return all filled-in fields, for adding; null, with `errors`, if a value can't be read.
   * @param {string[]} [paths]
   * @returns {Record<string, any> | null}
   */
  filled(paths = this.fields.map((/** @type {any} */ field) => field.path)) {
    const leaves = this.#leaves(paths);
    if (!leaves) return null;
    return toPatch(Object.fromEntries(Object.entries(leaves).filter(([, value]) => value !== null && value !== false)));
  }

  /** Clear the form when its text goes to the outbox; return the text, and the defaults below it, for `restore`. */
  release() {
    const sent = { mine: [...this.#mine], start: this.#start };
    this.clear();
    return sent;
  }

  /**
   * Put refused text back, below what was typed since.
   * @param {{ mine: any[], start?: Record<string, any> }} sent
   * @param {any} refusal
   */
  restore({ mine, start }, refusal) {
    if (start && !this.dirty) this.#start = start; // what was not touched is as it was sent, too
    this.#mine = new Map([...mine, ...this.#mine]);
    this.refuse(refusal);
    this.#save();
  }

  /**
   * Put back the data of a refused command that an earlier page sent.
   * @param {Record<string, any>} data
   * @param {{ base: any, epoch: any }} given
   * @param {any} refusal
   */
  restoreData(data, { base, epoch }, refusal) {
    const given = { ...data, ...this.#flagsOf(data) };
    const mine = this.fields
      .filter((/** @type {any} */ field) => hasPath(given, this.#inData(field.path)))
      .map((/** @type {any} */ field) => [field.path, { raw: rawOfData(field, valueAt(given, this.#inData(field.path))), was: this.#value(field.path), base, epoch }]);
    this.restore({ mine }, refusal);
  }

  /** Return the lists of codes in the data as flags: also those that are not set. @param {Record<string, any>} data */
  #flagsOf(data) {
    /** @type {string[]} */
    const groups = (this.command.flags ?? []).filter((/** @type {string} */ group) => Array.isArray(data[group]));
    /** @type {(group: string) => string[]} */
    const codes = (group) => this.fields.map((/** @type {any} */ { path }) => path).filter((/** @type {string} */ path) => path.startsWith(`${group}.`)).map((/** @type {string} */ path) => path.slice(group.length + 1));
    return Object.fromEntries(groups.map((group) => [group, Object.fromEntries(codes(group).map((code) => [code, data[group].includes(code)]))]));
  }

  /** @param {{ code: any, message: string, fields?: any, current?: any }} given */
  refuse({ code, message, fields = {}, current = null }) {
    const paths = Object.keys(fields ?? {});
    this.#conflicts.clear();
    if (code === "conflict" && current) {
      const mine = [...this.#mine.keys()].filter((path) => paths.some((each) => each === path || each.startsWith(`${path}.`)));
      for (const path of mine) this.#conflicts.set(path, valueAt(current, path));
    }
    this.errors = code === "conflict" ? {} : Object.fromEntries(Object.entries(fields ?? {}).map(([path, error]) => [this.#inState(path), error]));
    this.problem = message;
  }

  clear() {
    this.#isCopy = true;
    this.#mine.clear();
    this.#conflicts.clear();
    this.isCut = false;
    this.errors = {};
    this.problem = null;
    this.#draft?.clear();
  }

  /**
   * A private field has no value in the state: it is known only that somebody set it after the edit began.
   * @param {string} path
   * @param {{ base: any }} given
   */
  #privately(path, { base }) {
    const lastChange = this.#lastChanges.get(path), conflict = this.#conflicts.has(path);
    return conflict || lastChange?.seq > base ? { value: null, conflict, isPrivate: true, ...lastChange } : null;
  }

  /** @param {string} path @param {any} raw */
  #isTrue(path, raw) {
    const now = this.#true(path);
    if (this.field(path)?.control === "people") return isEqual([...raw].sort(), [...now].sort()); // in whatever order they were chosen
    return isEqual(raw, now) || (this.field(path)?.control === "time" && isSameTime(raw, now));
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
  #decided(path) {
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
      const wrong = value === undefined ? "unreadable" : fieldProblem(field, value);
      if (wrong) this.errors[path] = wrong;
      else leaves[path] = value;
    }
    return Object.keys(this.errors).length ? null : leaves;
  }

  /** @param {string} path */
  #value(path) {
    const state = this.#read();
    return state ? valueAt(state, path) : null;
  }

  /** @param {string} path */
  #true(path) {
    const value = this.#value(path);
    return value === null && path in this.#start ? this.#start[path] : toRaw(this.field(path), value);
  }

  /**
   * Put a loaded draft below what was typed since.
   * @param {{ mine?: any[], start?: any, isCut?: boolean }} kept
   */
  #resume({ mine = [], start = null, isCut = false }) {
    if (!this.dirty) this.#start = start ?? this.#start; // a call received before a reload keeps its time of receipt
    const changed = this.dirty;
    const known = mine.filter(([path]) => this.field(path)); // drafts of an earlier version may contain fields that no longer exist
    this.#mine = new Map([...known, ...this.#mine]);
    this.isCut ||= isCut;
    if (changed) this.#save();
  }

  #save() {
    if (!this.dirty) return void this.#draft?.clear();
    const mine = [...this.#mine].filter(([path]) => !this.field(path)?.private);
    this.#draft?.save({ mine, start: this.#start, isCut: this.isCut || mine.length < this.#mine.size });
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
