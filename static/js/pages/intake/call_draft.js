/* Draft of one call: kept in this browser until it is in the outbox, across reloads and ended sessions, except the caller's
   name and contact. No DOM. */

import { newId } from "../../core/outbox.js";
import { serverNow } from "../../core/time.js";
import { describeTime, parseTime } from "../../forms/parse_time.js";

export const NO_SEARCH = "operations"; // the board of a call that fits no search
export const FILES_OF_A_CALL = "call:"; // begins the key under which the files of a call wait

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
  /** @type {any} */ #earlier;
  /** @type {any} */ #cleared = null;

  /**
   * @param {any} draft - {load, save, clear, late} of this call
   * @param {any} earlier the same of an earlier call that was unreadable when this one began
   */
  constructor(draft, earlier) {
    this.#draft = draft;
    this.#earlier = earlier;
    this.typed = { ...EMPTY_CALL, ...draft.load() };
    draft.whenLoaded((/** @type {any} */ kept) => this.#found(kept));
  }

  /**
   * Restore an earlier call: at once if nothing was typed since, else after this one.
   * @param {any} kept
   */
  #found(kept) {
    if (this.isEmpty) return void (this.typed = { ...EMPTY_CALL, ...kept });
    this.#earlier.save(kept);
    this.#save();
  }

  get isEmpty() {
    return this.typed.began === null;
  }

  get canUndo() {
    return this.isEmpty && this.#before !== null;
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
    return new Set([this.typed, this.#cleared, this.#draft.load(), this.#earlier.load()].map((call) => call?.files).filter(Boolean));
  }

  clear() {
    if (!this.isEmpty) this.#cleared = this.typed;
    this.typed = { ...EMPTY_CALL };
    this.#draft.clear();
  }

  /** Restore what was cleared last, else the earlier call. */
  undo() {
    if (!this.canUndo) return;
    const before = this.#before;
    if (this.#cleared === null) this.#earlier.clear();
    this.#cleared = null;
    this.set(before);
  }

  get #before() {
    return this.#cleared ?? this.#earlier.load();
  }

  /** Clear the draft: the call is in the outbox. */
  sent() {
    this.clear();
    this.#cleared = null;
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
    this.typed.began ??= serverNow().toISOString();
    this.#save();
  }

  #save() {
    const { name, contact, isCut } = this.typed;
    this.#draft.save({ ...this.typed, name: "", contact: "", isCut: isCut || Boolean(name || contact) });
  }
}
