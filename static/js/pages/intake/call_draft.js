/* Draft of one call: kept in this browser until it is in the outbox, across reloads and ended sessions, except the caller's
   name and contact. A cleared call is kept for a day. No DOM. */

import { newId } from "../../core/storage/outbox.js";
import { serverNow } from "../../core/time.js";
import { describeTime, parseTime } from "../../forms/parse_time.js";

export const NO_SEARCH = "operations"; // the board of a call that fits no search
export const FILES_OF_A_CALL = "call:"; // begins the key under which the files of a call wait
const CLEARED_TTL_MS = 86_400_000; // a day: longer than a shift
const MAX_CLEARED = 12; // cleared calls kept in one browser
const ABOUT_THE_DRAFT = new Set(["began", "isCut"]); // not filled in by people

/** @type {Record<string, any>} */
const EMPTY_CALL = {
  board: null,    // the search, once chosen
  search: "",     // its name, or the text typed to find it
  text: "",
  urgent: false,
  where: "",
  place: null,    // {name, lat, lon, radius_m}, once a place is chosen
  when: "",
  seen: null,     // meaning of "when" at the moment of typing
  name: "",
  contact: "",
  channel: "hotline",
  sealed: false,
  files: null,    // key under which its files wait, once there are any
  began: null,    // time of the first letter
  isCut: false,   // the caller was typed before a reload, and not kept
};

export class CallDraft {
  /** @type {Record<string, any>} */ typed = { ...EMPTY_CALL };
  /** @type {any} */ #draft;
  /** @type {any} */ #kept;
  /** @type {Map<string, object>} */ #callers = new Map(); // id of a cleared call -> its caller: in memory only
  /** @type {string | null} */ #last = null; // call that was cleared last, until one is sent
  /** @type {string | null} */ #earlier = null; // call that nobody cleared: it could not be read at first

  /**
   * @param {any} draft - {load, save, clear, late} of this call
   * @param {any} cleared the same of the cleared calls
   */
  constructor(draft, cleared) {
    this.#draft = draft;
    this.#kept = cleared;
    this.typed = { ...EMPTY_CALL, ...draft.load() };
    this.#store(this.#stored);
    draft.whenLoaded((/** @type {any} */ late) => this.#found(late));
    cleared.whenLoaded((/** @type {any[]} */ late) => this.#store([...this.#stored, ...late]));
  }

  /**
   * Restore an earlier call that could not be read at first; if something was typed since, list it among the cleared calls.
   * @param {any} late
   */
  #found(late) {
    if (this.isEmpty) return void (this.typed = { ...EMPTY_CALL, ...late });
    this.#keep({ ...EMPTY_CALL, ...late });
    this.#earlier = this.#last;
    this.#save();
  }

  /** Return whether nothing is filled in. A text of spaces is nothing. */
  get isEmpty() {
    const isBlank = (/** @type {any} */ value) => typeof value === "string" && !value.trim();
    return Object.entries(EMPTY_CALL).every(([field, empty]) => ABOUT_THE_DRAFT.has(field) || this.typed[field] === empty || (empty === "" && isBlank(this.typed[field])));
  }

  /** Calls that were cleared within a day, newest first: {…call, id, cleared_at}. @returns {Record<string, any>[]} */
  get cleared() {
    return this.#stored.map((call) => ({ ...call, ...this.#callers.get(call.id) }));
  }

  get canUndo() {
    return this.#stored.some(({ id }) => id === this.#last);
  }

  /**
   * Change one field. A chosen point is dropped when its text changes.
   * @param {any} field
   * @param {any} value
   */
  edit(field, value) {
    /** @type {Record<string, () => object>} */
    const more = { search: () => ({ board: null }), where: () => ({ place: null }), when: () => ({ seen: parseTime(value, serverNow()) }) };
    this.set({ [field]: value, ...more[field]?.() });
  }

  /** Return the key under which the files of this call wait. */
  keyOfFiles() {
    if (!this.typed.files) this.set({ files: `${FILES_OF_A_CALL}${newId()}` });
    return this.typed.files;
  }

  /** Keys of the files of this call, and of calls that may come back. */
  get keptFiles() {
    return new Set([this.typed, this.#draft.load(), ...this.#stored].map((call) => call?.files).filter(Boolean));
  }

  /** Clear the form; the call is kept for a day. */
  clear() {
    if (!this.isEmpty) this.#keep(this.typed);
    this.#empty();
  }

  /** Bring back the call that was cleared last. */
  undo() {
    if (this.#last) this.bringBack(this.#last);
  }

  /** Put a cleared call into the form; a call that is there is cleared. @param {string} id */
  bringBack(id) {
    const found = this.cleared.find((call) => call.id === id);
    if (!found) return;
    const { id: _, cleared_at: __, ...call } = found;
    this.discard(id);
    this.clear();
    this.set(call);
  }

  /** Forget a cleared call. @param {string} id */
  discard(id) {
    this.#callers.delete(id);
    this.#store(this.#stored.filter((call) => call.id !== id));
  }

  /** Clear the form: the call is in the outbox. Files of calls that were cleared before are given up, their words are not. */
  sent() {
    this.#last = this.#earlier;
    this.#store(this.#stored.map((call) => ({ ...call, files: call.id === this.#earlier ? call.files : null })));
    this.#empty();
  }

  /** Fields that are missing or unreadable. */
  get faults() {
    const { board, text, when, seen } = this.typed;
    return [!board && "search", !text.trim() && "text", when.trim() && !seen && "when"].filter(Boolean);
  }

  /** Data of `sighting.add`. */
  get data() {
    const { text, urgent, where, place, seen, name, contact, channel, sealed, began } = this.typed;
    const { lat, lon, radius_m } = place ?? {};
    return {
      description: text.trimEnd(), channel, received_at: began,
      source: { kind: name.trim() || contact.trim() ? "named" : "unknown", sealed },
      ...(urgent && { priority: "urgent" }),
      ...(seen && { seen_at: seen }),
      ...(where.trim() && { place: { text: where.trim(), ...(place && { lat, lon, radius_m }) } }),
      ...(name.trim() && { source_name: name.trim() }),
      ...(contact.trim() && { source_contact: contact.trim() }),
    };
  }

  /**
   * Load a refused call for correction: {board, data} of the outbox, and the key of its files.
   * @param {{ board: string | null, data: Record<string, any> }} given
   * @param {any} search
   * @param {string | null} [files]
   */
  restore({ board, data }, search, files = null) {
    const { place } = data;
    this.set({
      ...EMPTY_CALL, board, search, text: data.description, urgent: data.priority === "urgent", where: place?.text ?? "",
      place: place?.lat === undefined ? null : { name: place.text, ...place },
      when: describeTime(data.seen_at ?? null), seen: data.seen_at ?? null, name: data.source_name ?? "", contact: data.source_contact ?? "",
      channel: data.channel, sealed: data.source.sealed, files, began: data.received_at,
    });
  }

  /** @param {Record<string, any>} changes */
  set(changes) {
    this.typed = { ...this.typed, ...changes };
    if (this.isEmpty) return this.#empty();
    this.typed.began ??= serverNow().toISOString();
    return this.#save();
  }

  #empty() {
    this.typed = { ...EMPTY_CALL };
    this.#draft.clear();
  }

  #save() {
    this.#draft.save(withoutCaller(this.typed));
  }

  /** @param {Record<string, any>} call */
  #keep(call) {
    const id = newId(), { name, contact, isCut } = call;
    this.#callers.set(id, { name, contact, isCut });
    this.#last = id;
    this.#store([{ ...withoutCaller(call), id, cleared_at: serverNow().toISOString() }, ...this.#stored].slice(0, MAX_CLEARED));
  }

  /** Cleared calls as stored, another tab's too, without those that are too old. @returns {Record<string, any>[]} */
  get #stored() {
    const oldest = Number(serverNow()) - CLEARED_TTL_MS;
    return (this.#kept.load() ?? []).filter((/** @type {any} */ call) => Date.parse(call.cleared_at) > oldest);
  }

  /** @param {Record<string, any>[]} calls */
  #store(calls) {
    if (calls.length) this.#kept.save(calls);
    else this.#kept.clear();
  }
}

/** The caller's name and contact are not kept. @param {Record<string, any>} call */
const withoutCaller = ({ name, contact, isCut, ...call }) => ({ ...call, name: "", contact: "", isCut: isCut || Boolean(name || contact) });
