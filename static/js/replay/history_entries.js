/**
 * Entries of a history, newest first: of one board, or of all boards (all_boards_history.js). An entry is {key, event, journal}.
 * What is needed to describe an event (the state before it, names of cards) comes from the journal, then from the live board;
 * where the journal is not loaded completely, the server is asked.
 */
import { cardOf, isCreation } from "../format/event_text.js";
import { JournalReader } from "./journal_reader.js";
import { EntityLookup } from "./entity_lookup.js";

const FIRST = 60; // events: more than a screen

export class HistoryEntries {
  state = "reading"; // "reading" | "read" | "failed" | "forbidden"
  asks = false; // whether to request missing states one by one; not while everything is being loaded
  session;
  changed;
  #lookup;
  #kept = new WeakMap(); // event -> its entry

  /** @param changed called when there is more to show */
  constructor(session, changed) {
    this.session = session;
    this.changed = changed;
    this.#lookup = new EntityLookup(changed);
  }

  /** Return {key, event, journal}, the same object for the same event. */
  entry(event, journal) {
    if (!this.#kept.has(event)) this.#kept.set(event, { key: `${journal.board}/${event.seq}`, event, journal });
    return this.#kept.get(event);
  }

  /**
   * Return the state before an event: null if there was none, undefined if not known (yet).
   * @param ask whether to request it
   */
  before({ event, journal }, ask = this.asks) {
    const found = journal.before(event);
    if (found) return found.state;
    if (isCreation(event) || journal.complete) return null;
    return ask ? this.#lookup.state(journal.board, event) : undefined;
  }

  /** Return the names of people, cards and columns at the time of the event. */
  names({ event, journal }, ask = this.asks) {
    const get = (id) => journal.asOf(id, event.seq) ?? this.live(journal.board)?.get(id) ?? (ask ? this.#lookup.entity(journal.board, id) : undefined);
    return { session: this.session, board: { id: journal.board, get } };
  }

  /** Return {id, number, kind} of the card that an entry is about, as far as known. */
  card(entry) {
    const id = cardOf(entry.event);
    const entity = id && (entry.journal.asOf(id, entry.event.seq) ?? entry.journal.of(id)[0] ?? this.live(entry.journal.board)?.get(id));
    return id ? { id, kind: entity?.kind, number: entity?.state?.number ?? null } : null;
  }

  /** Return the live board with this id, if subscribed. */
  live() {
    return null;
  }

  /** Return the state of the search of a board, where there are several boards. */
  search() {
    return null;
  }
}

export class BoardHistory extends HistoryEntries {
  #board;
  #journal;
  #epoch = null; // epoch and seq of the board at the last check
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

  /** Return the number of loaded events, and of all: {read, all}. */
  get progress() {
    return { read: this.head === null ? 0 : this.head - this.#journal.from + 1, all: this.head ?? 0 };
  }

  get complete() {
    return this.#journal.complete;
  }

  entries() {
    return this.#journal.events.map((event) => this.entry(event, this.#journal)).reverse();
  }

  /** Return the event with a number; null if it does not exist or may not be seen. */
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
    if (seq === null || (seq === this.#seq && epoch === this.#epoch)) return undefined; // only presence and the like changed
    this.#seq = seq;
    this.#epoch = epoch;
    const isAnother = journal.head !== null && journal.epoch !== epoch;
    if (isAnother) journal.forget();
    if (isAnother || this.state === "forbidden") return void this.read();
    if (journal.onEvents(events) || (journal.head !== null && seq > journal.head)) this.#reading(() => this.#readUp(seq));
    return this.changed();
  }

  /** In another epoch of the board, load everything again. */
  async #readUp(seq) {
    await this.#journal.readUp(seq);
    await this.#journal.readAll({ progress: this.changed });
  }

  /** Drop everything. */
  #lose() {
    this.#journal.forget();
    this.#seq = this.#epoch = null;
    this.state = "forbidden";
    this.changed();
  }
}
