/* One call, as far as it is typed: kept in this browser until it is in the outbox, over reloads and ended sessions. Who calls is not
   kept. No DOM. */

import { serverNow } from "../../core/time.js";
import { describeTime, parseTime } from "./parse_time.js";

const NOTHING = {
  board: null,    // the search, once it is chosen
  search: "",     // its name, or what was typed to find it
  text: "",
  where: "",
  place: null,    // {name, lat, lon, radius_m}: the point, once a place is chosen
  when: "",
  seen: null,     // what "when" meant at the moment it was typed
  name: "",
  contact: "",
  channel: "hotline",
  sealed: false,
  began: null,    // the call was taken when the first letter was typed
  isCut: false,   // who calls was typed before the page was loaded again, and not kept
};

export class CallDraft {
  typed = { ...NOTHING };
  #draft;
  #earlier;
  #cleared = null;

  /** draft, earlier: {load, save, clear, late}: this call, and one before it that could not be read when this one was begun */
  constructor(draft, earlier) {
    this.#draft = draft;
    this.#earlier = earlier;
    this.typed = { ...NOTHING, ...draft.load() };
    draft.whenLoaded((kept) => this.#found(kept));
  }

  /** A call of before: it goes on where none was begun since, else it can be had back when this one is done. */
  #found(kept) {
    if (this.isEmpty) return void (this.typed = { ...NOTHING, ...kept });
    this.#earlier.save(kept);
    this.#save();
  }

  get isEmpty() {
    return this.typed.began === null;
  }

  get canUndo() {
    return this.isEmpty && this.#before !== null;
  }

  /** What was typed into one field; a point belongs to the words that it was found by. */
  edit(field, value) {
    const more = { search: { board: null }, where: { place: null }, when: { seen: parseTime(value, serverNow()) } }[field] ?? {};
    this.#set({ [field]: value, ...more });
  }

  chooseSearch(board, name) {
    this.#set({ board, search: name });
  }

  /** words: what the place is called then */
  choosePlace(words, place) {
    this.#set({ where: words, place });
  }

  clear() {
    if (!this.isEmpty) this.#cleared = this.typed;
    this.typed = { ...NOTHING };
    this.#draft.clear();
  }

  /** Back to what was cleared last, else to the call of before. */
  undo() {
    if (!this.canUndo) return;
    const before = this.#before;
    if (this.#cleared === null) this.#earlier.clear();
    this.#cleared = null;
    this.#set(before);
  }

  get #before() {
    return this.#cleared ?? this.#earlier.load();
  }

  /** It is in the outbox. */
  sent() {
    this.clear();
    this.#cleared = null;
  }

  /** The fields that have to be filled in, or can't be read. */
  get faults() {
    const { board, text, when, seen } = this.typed;
    return [!board && "search", !text.trim() && "text", when.trim() && !seen && "when"].filter(Boolean);
  }

  /** For `sighting.add`. */
  get data() {
    const { text, where, place, seen, name, contact, channel, sealed, began } = this.typed;
    const { lat, lon, radius_m } = place ?? {};
    return {
      description: text.trimEnd(), channel, received_at: began,
      source: { kind: name.trim() || contact.trim() ? "named" : "unknown", sealed },
      ...(seen && { seen_at: seen }),
      ...(where.trim() && { place: { text: where.trim(), ...(place && { lat, lon, radius_m }) } }),
      ...(name.trim() && { source_name: name.trim() }),
      ...(contact.trim() && { source_contact: contact.trim() }),
    };
  }

  /** What was refused, to be mended: {board, data} of the outbox. */
  restore({ board, data }, search) {
    const { place } = data;
    this.#set({
      ...NOTHING, board, search, text: data.description, where: place?.text ?? "",
      place: place?.lat === undefined ? null : { name: place.text, ...place },
      when: describeTime(data.seen_at ?? null), seen: data.seen_at ?? null, name: data.source_name ?? "", contact: data.source_contact ?? "",
      channel: data.channel, sealed: data.source.sealed, began: data.received_at,
    });
  }

  #set(changes) {
    this.typed = { ...this.typed, ...changes };
    this.typed.began ??= serverNow().toISOString();
    this.#save();
  }

  #save() {
    const { name, contact, isCut } = this.typed;
    this.#draft.save({ ...this.typed, name: "", contact: "", isCut: isCut || Boolean(name || contact) });
  }
}
