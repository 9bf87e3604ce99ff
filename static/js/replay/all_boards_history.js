/**
 * History of all boards that a person may see. Loads the newest page of each board with recent events, then further pages of the boards
 * whose loaded part starts latest, so that everything after the time `from` is complete. Boards without events are not requested.
 */
import { JournalReader } from "./journal_reader.js";
import { HistoryEntries } from "./history_entries.js";

const PAGE = 100; // events of a board per request
const MAX_ACTIVE = 4; // boards requested at a time
const OPERATIONS = "operations";
const NOW = "9"; // later than any time
/** @param {HistoryEntry} a @param {HistoryEntry} b */
const byTime = (a, b) => (a.event.at === b.event.at ? 0 : a.event.at < b.event.at ? 1 : -1);

export class AllBoardsHistory extends HistoryEntries {
  asks = true;
  from = NOW; // everything after this time is loaded; "" means all events
  #journals = new Map(); // board -> JournalReader
  #operations;
  /** @type {string | null} */ #epoch = null;
  #isReading = false;

  /** @param {Session} session @param {() => void} changed */
  constructor(session, changed) {
    super(session, changed);
    this.#operations = session.board(OPERATIONS);
  }

  connect() {
    this.#operations.watch((/** @type {unknown} */ _, /** @type {BoardEvent[]} */ events) => this.#onEvents(events));
  }

  /** @param {string} [board] */
  live(board) {
    return board === OPERATIONS ? this.#operations : null;
  }

  /**
   * Return the state of a board's search. Checks the kind, because other entities may share its id.
   * @param {string} board
   */
  search(board) {
    const entity = this.#operations.get(board);
    const search = entity?.kind === "search" ? entity : this.#operations.of("search").find((/** @type {{ id: string }} */ { id }) => id === board);
    return search?.state ?? null;
  }

  get head() {
    return this.#journals.get(OPERATIONS)?.head ?? null;
  }

  get complete() {
    return this.from === "";
  }

  entries() {
    const entries = [];
    for (const journal of this.#journals.values()) {
      for (const event of journal.events) if (event.at > this.from && !this.#isDuplicate(event, journal)) entries.push(this.entry(event, journal));
    }
    return entries.reverse().sort(byTime);
  }

  /** @param {number} seq */
  find(seq) {
    const journal = this.#journals.get(OPERATIONS);
    const event = journal?.at(seq);
    return event ? this.entry(event, journal) : null;
  }

  /** Load one more page of the boards whose loaded part starts latest. */
  read = async () => {
    if (this.#isReading) return;
    this.#isReading = true;
    this.state = "reading";
    this.changed();
    try {
      const incomplete = [...this.#journals.values()].filter((journal) => this.#loadedFrom(journal));
      incomplete.sort((a, b) => (this.#loadedFrom(a) < this.#loadedFrom(b) ? 1 : -1));
      await Promise.all(incomplete.slice(0, MAX_ACTIVE).map((journal) => this.#readBack(journal)));
      this.from = [...this.#journals.values()].map((journal) => this.#loadedFrom(journal)).sort().at(-1) ?? "";
      this.state = "read";
    } catch {
      this.state = "failed";
    }
    this.#isReading = false;
    this.changed();
  };

  /** @param {JournalReader} journal */
  async #readBack(journal) {
    try {
      await journal.readBack(PAGE);
    } catch (error) {
      if (/** @type {any} */ (error).status !== 404) throw error;
      this.#journals.delete(journal.board); // access has ended
    }
  }

  /**
   * Return the time from which the journal is loaded; "" if it is complete.
   * @param {JournalReader} journal
   */
  #loadedFrom({ board, events, complete }) {
    if (complete) return "";
    return events[0]?.at ?? (board === OPERATIONS ? NOW : this.#operations.summaries.get(board)?.last?.at ?? "");
  }

  /** @param {BoardEvent[]} events */
  #onEvents(events) {
    const { seq, epoch, summaries } = this.#operations;
    if (seq === null || epoch === null) return;
    if (epoch !== this.#epoch) this.#begin(epoch);
    const isBegun = this.from !== NOW;
    const isMoved = this.#follow(new Set([OPERATIONS, ...this.#operations.of("search").map((/** @type {{ id: string }} */ { id }) => id)]));
    const journal = this.#journals.get(OPERATIONS);
    if (journal.onEvents(events) || (journal.head ?? Infinity) < seq) this.#catchUp(journal, seq);
    for (const [id, { last }] of summaries) if (isBegun && last && this.#journals.has(id)) this.#onSummary(this.#journals.get(id), last);
    if (!isBegun && summaries.size >= this.#journals.size - 1) this.read();
    if (isMoved || events.length) this.changed();
  }

  /**
   * Return true if an event of the operations board is also on the search's own board, from where it is shown. The archiving of a search,
   * and events of archived searches, whose boards are not read here, are only on the operations board.
   * @param {BoardEvent} event
   * @param {JournalReader} journal
   */
  #isDuplicate({ kind, id, type }, { board }) {
    if (board !== OPERATIONS) return false;
    return type === "handed.archived" || (kind === "search" && type !== "search.archived" && this.#journals.has(id));
  }

  /** @param {string} epoch */
  #begin(epoch) {
    this.#epoch = epoch;
    this.#journals.clear();
    this.from = NOW;
  }

  /**
   * Add and remove journals for these boards. Returns true if any changed.
   * @param {Set<string>} boards
   */
  #follow(boards) {
    const removed = [...this.#journals.keys()].filter((id) => !boards.has(id)), added = [...boards].filter((id) => !this.#journals.has(id));
    for (const id of removed) this.#journals.delete(id);
    for (const id of added) this.#journals.set(id, new JournalReader(id));
    return removed.length + added.length > 0;
  }

  /** @param {JournalReader} journal @param {{ at: IsoTime, seq: number }} last */
  #onSummary(journal, last) {
    if (journal.head === null ? last.at > this.from : journal.head < last.seq) this.#catchUp(journal, last.seq);
  }

  /**
   * Load the new events of a board. Without an answer, the next summary retries.
   * @param {JournalReader} journal
   * @param {number} seq
   */
  async #catchUp(journal, seq) {
    try {
      await journal.readTail(PAGE);
      await journal.readUp(seq);
      while (this.#loadedFrom(journal) > this.from) await journal.readBack(PAGE);
    } catch {
      return;
    }
    this.changed();
  }
}
