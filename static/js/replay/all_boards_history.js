/**
 * History of all boards that a person may see. Loads the newest page of each board with recent events, then further pages where
 * the oldest loaded event is newest, so that nothing is missing back to the time `from`. Boards without events are not requested.
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
  from = NOW; // everything after this time is loaded; "" means everything at all
  #journals = new Map(); // board -> JournalReader
  #operations;
  /** @type {string | null} */ #epoch = null;
  #busy = false;

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
   * By kind, as other entities may have the id of a search or of the board.
   * @param {string} board
   */
  search(board) {
    const found = this.#operations.get(board);
    const search = found?.kind === "search" ? found : this.#operations.of("search").find((/** @type {{ id: string }} */ { id }) => id === board);
    return search?.state ?? null;
  }

  get head() {
    return this.#journals.get(OPERATIONS)?.head ?? null;
  }

  get complete() {
    return this.from === "";
  }

  entries() {
    const all = [];
    for (const journal of this.#journals.values()) {
      for (const event of journal.events) if (event.at > this.from && !this.#isTwice(event, journal)) all.push(this.entry(event, journal));
    }
    return all.reverse().sort(byTime);
  }

  /** @param {number} seq */
  find(seq) {
    const journal = this.#journals.get(OPERATIONS);
    const event = journal?.at(seq);
    return event ? this.entry(event, journal) : null;
  }

  /** Load one more page of the boards whose loaded part ends latest. */
  read = async () => {
    if (this.#busy) return;
    this.#busy = true;
    this.state = "reading";
    this.changed();
    try {
      const open = [...this.#journals.values()].filter((journal) => this.#openAt(journal));
      open.sort((a, b) => (this.#openAt(a) < this.#openAt(b) ? 1 : -1));
      await Promise.all(open.slice(0, MAX_ACTIVE).map((journal) => this.#back(journal)));
      this.from = [...this.#journals.values()].map((journal) => this.#openAt(journal)).sort().at(-1) ?? "";
      this.state = "read";
    } catch {
      this.state = "failed";
    }
    this.#busy = false;
    this.changed();
  };

  /** @param {JournalReader} journal */
  async #back(journal) {
    try {
      await journal.readBack(PAGE);
    } catch (error) {
      if (/** @type {any} */ (error).status !== 404) throw error;
      this.#journals.delete(journal.board); // it may not be seen any more
    }
  }

  /**
   * Return the time from which on the journal is loaded; "" if all of it is.
   * @param {JournalReader} journal
   */
  #openAt({ board, events, complete }) {
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
    if (journal.onEvents(events) || (journal.head ?? Infinity) < seq) this.#up(journal, seq);
    for (const [id, { last }] of summaries) if (isBegun && last && this.#journals.has(id)) this.#happened(this.#journals.get(id), last);
    if (!isBegun && summaries.size >= this.#journals.size - 1) this.read();
    if (isMoved || events.length) this.changed();
  }

  /**
   * Search-level events also stand on the search's own board, and are shown from there; those of archived searches, whose boards
   * are not read here, and that by which a search was archived stand on this board alone.
   * @param {BoardEvent} event
   * @param {JournalReader} journal
   */
  #isTwice({ kind, id, type }, { board }) {
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
   * Return whether there are new boards.
   * @param {Set<string>} boards
   */
  #follow(boards) {
    const gone = [...this.#journals.keys()].filter((id) => !boards.has(id)), come = [...boards].filter((id) => !this.#journals.has(id));
    for (const id of gone) this.#journals.delete(id);
    for (const id of come) this.#journals.set(id, new JournalReader(id));
    return gone.length + come.length > 0;
  }

  /** @param {JournalReader} journal @param {{ at: IsoTime, seq: number }} last */
  #happened(journal, last) {
    if (journal.head === null ? last.at > this.from : journal.head < last.seq) this.#up(journal, last.seq);
  }

  /**
   * Load the new events of a board. Without an answer, the next summary tries again.
   * @param {JournalReader} journal
   * @param {number} seq
   */
  async #up(journal, seq) {
    try {
      await journal.readTail(PAGE);
      await journal.readUp(seq);
      while (this.#openAt(journal) > this.from) await journal.readBack(PAGE);
    } catch {
      return;
    }
    this.changed();
  }
}
