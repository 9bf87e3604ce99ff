/**
 * The events that a history tells, as far as they were read, newest first: of one board, or of all that one may see (all_boards_history.js).
 * Each is {key, event, journal}. What an event needs to be told (what was before it, how a card is called) is looked for in the
 * journal, then on the live board; where a journal was not read to its beginning, the server is asked for it.
 */
import { cardOf, isCreation } from "../format/event_text.js";
import { JournalReader } from "./journal_reader.js";
import { EntityLookup } from "./entity_lookup.js";

const FIRST = 60; // events: a screen and more

export class HistoryEntries {
  state = "reading"; // "reading", "read", "failed", "forbidden"
  asks = false; // is what a journal does not know asked for, one by one? Not where all of it is on its way
  session;
  changed;
  #lookup;
  #kept = new WeakMap(); // event -> its entry

  /** @param changed what was read, or heard, is more now */
  constructor(session, changed) {
    this.session = session;
    this.changed = changed;
    this.#lookup = new EntityLookup(changed);
  }

  /** {key, event, journal}: the same for the same event. */
  entry(event, journal) {
    if (!this.#kept.has(event)) this.#kept.set(event, { key: `${journal.board}/${event.seq}`, event, journal });
    return this.#kept.get(event);
  }

  /** The state before an event: null where there was none, undefined where that is not known (yet). ask: for what is not here. */
  before({ event, journal }, ask = this.asks) {
    const found = journal.before(event);
    if (found) return found.state;
    if (isCreation(event) || journal.complete) return null;
    return ask ? this.#lookup.state(journal.board, event) : undefined;
  }

  /** How people, cards and columns were called when it happened. */
  names({ event, journal }, ask = this.asks) {
    const get = (id) => journal.asOf(id, event.seq) ?? this.live(journal.board)?.get(id) ?? (ask ? this.#lookup.entity(journal.board, id) : undefined);
    return { session: this.session, board: { id: journal.board, get } };
  }

  /** {id, number, kind} of the card that it is about, as far as that is known. */
  card(entry) {
    const id = cardOf(entry.event);
    const entity = id && (entry.journal.asOf(id, entry.event.seq) ?? entry.journal.of(id)[0] ?? this.live(entry.journal.board)?.get(id));
    return id ? { id, kind: entity?.kind, number: entity?.state?.number ?? null } : null;
  }

  /** The live board of this id, where it is followed. */
  live() {
    return null;
  }

  /** The state of the search that a board is of, where there are several. */
  search() {
    return null;
  }
}

export class BoardHistory extends HistoryEntries {
  #board;
  #journal;
  #epoch = null; // of the board, and its seq, when it was last looked at
  #seq = null;
  #unwatch = () => {};

  constructor(session, board, changed) {
    super(session, changed);
    this.#board = session.board(board);
    this.#journal = new JournalReader(board);
  }

  connect() {
    this.#unwatch = this.#board.watch((_, events) => this.#heard(events));
    this.read();
  }

  disconnect() {
    this.#unwatch();
  }

  live() {
    return this.#board;
  }

  get head() {
    return this.#journal.head;
  }

  /** How many are read, of how many. */
  get progress() {
    return { read: this.head === null ? 0 : this.head - this.#journal.from + 1, all: this.head ?? 0 };
  }

  get complete() {
    return this.#journal.complete;
  }

  entries() {
    return this.#journal.events.map((event) => this.entry(event, this.#journal)).reverse();
  }

  /** What is there by its number; null where it is not, or may not be seen. */
  find(seq) {
    const event = this.#journal.at(seq);
    return event ? this.entry(event, this.#journal) : null;
  }

  read = async () => {
    this.state = "reading";
    await this.#reading(async () => {
      await this.#journal.readTail(FIRST);
      this.changed();
      await this.#journal.readAll({ progress: this.changed });
    });
  };

  async #reading(read) {
    try {
      await read();
      this.state = "read";
    } catch (error) {
      this.state = error.status === 404 ? "forbidden" : "failed";
    }
    this.changed();
  }

  #heard(events) {
    if (this.#board.freshness.state === "forbidden") return this.#lose();
    const { epoch, seq } = this.#board, journal = this.#journal;
    if (seq === null || (seq === this.#seq && epoch === this.#epoch)) return undefined; // who is there, and the like
    this.#seq = seq;
    this.#epoch = epoch;
    const isAnother = journal.head !== null && journal.epoch !== epoch;
    if (isAnother) journal.forget();
    if (isAnother || this.state === "forbidden") return void this.read();
    if (journal.onEvents(events) || (journal.head !== null && seq > journal.head)) this.#reading(() => this.#readUp(seq));
    return this.changed();
  }

  /** Of another life of the board, found on the way, all is read anew. */
  async #readUp(seq) {
    await this.#journal.readUp(seq);
    await this.#journal.readAll({ progress: this.changed });
  }

  /** Nothing of it stays. */
  #lose() {
    this.#journal.forget();
    this.#seq = this.#epoch = null;
    this.state = "forbidden";
    this.changed();
  }
}
