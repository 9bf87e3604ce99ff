/**
 * Entries of a history, newest first: of one board, or of all boards (all_boards_history.js). An entry is {key, event, journal}. The
 * context of an event (previous state, names of cards) comes from the journal, then from the live board, and finally from the server if
 * the journal is incomplete.
 */
import { cardOf, isCreation } from "../format/event_text.js";
import { JournalReader } from "./journal_reader.js";
import { EntityLookup } from "./entity_lookup.js";

const FIRST = 60; // events: more than one screen

export class HistoryEntries {
  state = "reading"; // "reading" | "read" | "failed" | "forbidden"
  asks = false; // true to request missing states one by one; false while everything is loading
  session;
  changed;
  #lookup;
  #entriesByEvent = new WeakMap(); // event -> its entry

  /** @param {() => void} changed runs when there is more to show @param {Session} session */
  constructor(session, changed) {
    this.session = session;
    this.changed = changed;
    this.#lookup = new EntityLookup(changed);
  }

  /**
   * Return {key, event, journal}, the same object for the same event.
   * @param {BoardEvent} event
   * @param {JournalReader} journal
   */
  entry(event, journal) {
    if (!this.#entriesByEvent.has(event)) this.#entriesByEvent.set(event, { key: `${journal.board}/${event.seq}`, event, journal });
    return this.#entriesByEvent.get(event);
  }

  /**
   * Return the state before an event: null if there was none, undefined if it is not known yet.
   * @param {HistoryEntry} entry
   * @param {boolean} canRequest true to request it
   */
  before({ event, journal }, canRequest = this.asks) {
    const previous = journal.before(event);
    if (previous) return event.kind === "alarm" ? { ...previous.state, open_since: reopenedAt(event, journal) } : previous.state;
    if (isCreation(/** @type {any} */ (event)) || journal.complete) return null;
    return canRequest ? this.#lookup.state(journal.board, event) : undefined;
  }

  /**
   * Return the names of people, cards and columns at the time of the event.
   * @param {HistoryEntry} entry
   * @param {boolean} [canRequest]
   */
  names({ event, journal }, canRequest = this.asks) {
    const get = (/** @type {string} */ id) => journal.asOf(id, event.seq) ?? this.live(journal.board)?.get(id) ?? (canRequest ? this.#lookup.entity(journal.board, id) : undefined);
    const one = (/** @type {Kind} */ kind, /** @type {string} */ id) => this.live(journal.board)?.of(kind).find((entity) => entity.id === id);
    return { session: this.session, board: { id: journal.board, get, one } };
  }

  /**
   * Return {id, number, kind} of an entry's card, as far as known.
   * @param {HistoryEntry} entry
   */
  card(entry) {
    const id = cardOf(/** @type {any} */ (entry.event));
    const entity = id ? (entry.journal.asOf(id, entry.event.seq) ?? entry.journal.of(id)[0] ?? this.live(entry.journal.board)?.get(id)) : undefined;
    return id ? { id, kind: entity?.kind, number: entity?.state?.number ?? null } : null;
  }

  /** Return the live board with this id, if subscribed. */
  live(_board = "") {
    return /** @type {Board | null} */ (null);
  }

  /** Return the state of a board's search, in a history of several boards. */
  search(_board = "") {
    return /** @type {AnyState | null} */ (null);
  }
}

/**
 * Return when the alarm of an event was last reopened; null if nobody had it before, as far as the journal is loaded.
 * @param {BoardEvent} event
 * @param {JournalReader} journal
 */
function reopenedAt({ id, seq }, journal) {
  const events = journal.of(id).filter((event) => event.kind === "alarm" && event.seq < seq);
  return events.findLast(({ state }, index) => !state?.taken_by && events[index - 1]?.state?.taken_by)?.at ?? null;
}

export class BoardHistory extends HistoryEntries {
  #board;
  #journal;
  /** @type {string | null} */ #epoch = null; // epoch and seq of the board at the last check
  /** @type {number | null} */ #seq = null;

  /** @param {Session} session @param {string} board @param {() => void} changed */
  constructor(session, board, changed) {
    super(session, changed);
    this.#board = session.board(board);
    this.#journal = new JournalReader(board);
  }

  connect() {
    this.#board.watch((/** @type {unknown} */ _, /** @type {BoardEvent[]} */ events) => this.#onEvents(events));
    this.read();
  }

  live() {
    return this.#board;
  }

  get head() {
    return this.#journal.head;
  }

  /** Number of loaded events, and of all events. */
  get progress() {
    return { read: this.head === null ? 0 : this.head - (this.#journal.from ?? 0) + 1, all: this.head ?? 0 };
  }

  get complete() {
    return this.#journal.complete;
  }

  entries() {
    return this.#journal.events.map((event) => this.entry(event, this.#journal)).reverse();
  }

  /**
   * Return the event with a number; null if it does not exist or is hidden.
   * @param {number} seq
   */
  find(seq) {
    const event = this.#journal.at(seq);
    return event ? this.entry(event, this.#journal) : null;
  }

  read = async () => {
    this.state = "reading";
    await this.#load(async () => {
      await this.#journal.readTail(FIRST);
      this.changed();
      await this.#journal.readAll({ progress: this.changed });
    });
  };

  /** @param {() => Promise<void>} read */
  async #load(read) {
    try {
      await read();
      this.state = "read";
    } catch (error) {
      this.state = /** @type {any} */ (error).status === 404 ? "forbidden" : "failed";
    }
    this.changed();
  }

  /** @param {BoardEvent[]} events */
  #onEvents(events) {
    if (this.#board.freshness.state === "forbidden") return this.#clear();
    const { epoch, seq } = this.#board, journal = this.#journal;
    if (seq === null || (seq === this.#seq && epoch === this.#epoch)) return undefined; // only presence or freshness changed
    this.#seq = seq;
    this.#epoch = epoch;
    const isOtherEpoch = journal.head !== null && journal.epoch !== epoch;
    if (isOtherEpoch) journal.forget();
    if (isOtherEpoch || this.state === "forbidden") return void this.read();
    if (journal.onEvents(events) || (journal.head !== null && seq > journal.head)) this.#load(() => this.#readUp(seq));
    return this.changed();
  }

  /**
   * Load the missing events up to `seq`; in another epoch of the board, all events.
   * @param {number} seq
   */
  async #readUp(seq) {
    await this.#journal.readUp(seq);
    await this.#journal.readAll({ progress: this.changed });
  }

  /** Drop everything. */
  #clear() {
    this.#journal.forget();
    this.#seq = this.#epoch = null;
    this.state = "forbidden";
    this.changed();
  }
}
