/* Draft of one call: stored in this browser until it is in the outbox, across reloads and ended sessions, except the caller's name and
   contact. A cleared call is stored for a day. No DOM. */

import { newId } from "../../core/storage/outbox.js";
import { serverNow } from "../../core/time.js";
import { describeTime, parseTime } from "../../forms/parse_time.js";

export const NO_SEARCH = "operations"; // board of a call that fits no search
export const FILES_OF_A_CALL = "call:"; // prefix of the key of a call's files
const CLEARED_TTL_MS = 86_400_000; // a day: longer than a shift
const MAX_CLEARED = 12; // cleared calls per browser
const ABOUT_THE_DRAFT = new Set(["began", "isCut"]); // fields that people do not fill in

/** @type {Record<string, any>} */
const EMPTY_CALL = {
  board: null,    // the chosen search
  search: "",     // name of the chosen search, or the text typed to find it
  text: "",
  urgent: false,
  where: "",
  place: null,    // {name, lat, lon, radius_m} of a chosen place
  when: "",
  seen: null,     // meaning of "when" at the moment of typing
  name: "",
  contact: "",
  channel: "hotline",
  sealed: false,
  files: null,    // key of its files, if there are any
  began: null,    // time of the first keystroke
  isCut: false,   // a reload has lost the typed caller
};

export class CallDraft {
  /** @type {Record<string, any>} */ typed = { ...EMPTY_CALL };
  /** @type {any} */ #draft;
  /** @type {any} */ #clearedDraft;
  /** @type {Map<string, object>} */ #callers = new Map(); // id of a cleared call -> its caller, only in memory
  /** @type {string | null} */ #lastCleared = null; // last cleared call, until one is sent
  /** @type {string | null} */ #lateCall = null; // earlier call that became readable late, and that nobody cleared

  /**
   * @param {any} callDraft - {load, save, clear, whenLoaded} for this call
   * @param {any} clearedDraft the same for the cleared calls
   */
  constructor(callDraft, clearedDraft) {
    this.#draft = callDraft;
    this.#clearedDraft = clearedDraft;
    this.typed = { ...EMPTY_CALL, ...callDraft.load() };
    this.#store(this.#stored);
    callDraft.whenLoaded((/** @type {any} */ loaded) => this.#onLateDraft(loaded));
    clearedDraft.whenLoaded((/** @type {any[]} */ loaded) => this.#store([...this.#stored, ...loaded]));
  }

  /**
   * Restore an earlier call that has become readable. If something was typed in the meantime, add the earlier call to the cleared calls.
   * @param {any} loaded
   */
  #onLateDraft(loaded) {
    if (this.isEmpty) return void (this.typed = { ...EMPTY_CALL, ...loaded });
    this.#keep({ ...EMPTY_CALL, ...loaded });
    this.#lateCall = this.#lastCleared;
    this.#save();
  }

  /** True if nothing is filled in. Spaces do not count. */
  get isEmpty() {
    const isBlank = (/** @type {any} */ value) => typeof value === "string" && !value.trim();
    return Object.entries(EMPTY_CALL).every(([field, empty]) => ABOUT_THE_DRAFT.has(field) || this.typed[field] === empty || (empty === "" && isBlank(this.typed[field])));
  }

  /** Calls cleared within a day, newest first: {…call, id, cleared_at}. @returns {Record<string, any>[]} */
  get cleared() {
    return this.#stored.map((call) => ({ ...call, ...this.#callers.get(call.id) }));
  }

  get canUndo() {
    return this.#stored.some(({ id }) => id === this.#lastCleared);
  }

  /**
   * Change one field. A change of a place's text drops its point.
   * @param {any} field
   * @param {any} value
   */
  edit(field, value) {
    /** @type {Record<string, () => object>} */
    const derivedFields = { search: () => ({ board: null }), where: () => ({ place: null }), when: () => ({ seen: parseTime(value, serverNow()) }) };
    this.set({ [field]: value, ...derivedFields[field]?.() });
  }

  /** Return the key of this call's files; create it if necessary. */
  keyOfFiles() {
    if (!this.typed.files) this.set({ files: `${FILES_OF_A_CALL}${newId()}` });
    return this.typed.files;
  }

  /** Keys of the files of this call, and of calls that may be restored. */
  get keptFiles() {
    return new Set([this.typed, this.#draft.load(), ...this.#stored].map((call) => call?.files).filter(Boolean));
  }

  /** Clear the form; the call is stored for a day. */
  clear() {
    if (!this.isEmpty) this.#keep(this.typed);
    this.#empty();
  }

  /** Restore the last cleared call. */
  undo() {
    if (this.#lastCleared) this.bringBack(this.#lastCleared);
  }

  /** Move a cleared call into the form; the present call is cleared. @param {string} id */
  bringBack(id) {
    const clearedCall = this.cleared.find((call) => call.id === id);
    if (!clearedCall) return;
    const { id: _, cleared_at: __, ...call } = clearedCall;
    this.discard(id);
    this.clear();
    this.set(call);
  }

  /** Delete a cleared call. @param {string} id */
  discard(id) {
    this.#callers.delete(id);
    this.#store(this.#stored.filter((call) => call.id !== id));
  }

  /** Clear the form after the call went to the outbox. Cleared calls lose their files, but not their texts. */
  sent() {
    this.#lastCleared = this.#lateCall;
    this.#store(this.#stored.map((call) => ({ ...call, files: call.id === this.#lateCall ? call.files : null })));
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
   * @param {{ board: string | null, data: Record<string, any> }} command
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
    this.#lastCleared = id;
    this.#store([{ ...withoutCaller(call), id, cleared_at: serverNow().toISOString() }, ...this.#stored].slice(0, MAX_CLEARED));
  }

  /** Stored cleared calls of all tabs, except expired ones. @returns {Record<string, any>[]} */
  get #stored() {
    const expiresBefore = Number(serverNow()) - CLEARED_TTL_MS;
    return (this.#clearedDraft.load() ?? []).filter((/** @type {any} */ call) => Date.parse(call.cleared_at) > expiresBefore);
  }

  /** @param {Record<string, any>[]} calls */
  #store(calls) {
    if (calls.length) this.#clearedDraft.save(calls);
    else this.#clearedDraft.clear();
  }
}

/** Return the call without the caller's name and contact, which are not stored. @param {Record<string, any>} call */
const withoutCaller = ({ name, contact, isCut, ...call }) => ({ ...call, name: "", contact: "", isCut: isCut || Boolean(name || contact) });
