/**
 * The events that a history tells, as far as they were read, newest first: of one board, or of all that one may see, merged by time.
 * Each is {key, event, journal}. What an event needs to be told (what was before it, how a card is called) is looked for in the
 * journal, then on the live board; where a journal was not read to its beginning, the server is asked for it.
 */
import { cardOf, isCreation } from "../sentences.js";
import { Journal } from "./journal.js";
import { Lookup } from "./lookup.js";

const FIRST = 60; // events: a screen and more
const PAGE = 100; // events of one of many boards that are read at a time
const TOGETHER = 4; // boards that are asked at a time
const OPERATIONS = "operations";

const NOW = "9"; // later than any time
const byTime = (a, b) => (a.event.at === b.event.at ? 0 : a.event.at < b.event.at ? 1 : -1);

class Told {
  state = "reading"; // "reading", "read", "failed", "forbidden"
  asks = false; // is what a journal does not know asked for, one by one? Not where all of it is on its way
  desk;
  changed;
  #lookup;
  #kept = new WeakMap(); // event -> its entry

  /** @param changed what was read, or heard, is more now */
  constructor(desk, changed) {
    this.desk = desk;
    this.changed = changed;
    this.#lookup = new Lookup(changed);
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
    return { desk: this.desk, board: { id: journal.board, get } };
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

export class OneBoard extends Told {
  #board;
  #journal;
  #unwatch = () => {};

  constructor(desk, board, changed) {
    super(desk, changed);
    this.#board = desk.board(board);
    this.#journal = new Journal(board);
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
    const { epoch, seq } = this.#board;
    if (this.#board.freshness.state === "forbidden") return this.#lose();
    const journal = this.#journal;
    if (journal.head !== null && journal.epoch !== epoch && epoch !== null) {
      journal.forget();
      return void this.read();
    }
    const isHole = journal.hear(events) || (journal.head !== null && seq > journal.head);
    if (isHole || this.state === "forbidden") this.#reading(() => (journal.head === null ? this.read() : journal.readUp(seq)));
    return this.changed();
  }

  /** Nothing of it stays. */
  #lose() {
    this.#journal.forget();
    this.state = "forbidden";
    this.changed();
  }
}

/**
 * Of all boards that one may see. The newest page of each board on which something happened lately is read, then further back where
 * the last thing read is newest, so that down to a time, `from`, nothing is missing. Boards on which nothing happened are not asked.
 */
export class Everywhere extends Told {
  asks = true;
  from = NOW; // what happened after this time is all here; "" where everything is
  #journals = new Map(); // board -> Journal
  #operations;
  #epoch = null;
  #unwatch = () => {};
  #busy = false;

  constructor(desk, changed) {
    super(desk, changed);
    this.#operations = desk.board(OPERATIONS);
  }

  connect() {
    this.#unwatch = this.#operations.watch((_, events) => this.#heard(events));
  }

  disconnect() {
    this.#unwatch();
  }

  live(board) {
    return board === OPERATIONS ? this.#operations : null;
  }

  /** By kind: other things may have the id of a search, or of the board. */
  search(board) {
    const found = this.#operations.get(board);
    const search = found?.kind === "search" ? found : this.#operations.of("search").find(({ id }) => id === board);
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
      for (const event of journal.events) if (event.at > this.from && !isTwice(event, journal)) all.push(this.entry(event, journal));
    }
    return all.reverse().sort(byTime);
  }

  find(seq) {
    const journal = this.#journals.get(OPERATIONS);
    const event = journal?.at(seq);
    return event ? this.entry(event, journal) : null;
  }

  /** One page further back, of the boards where that is nearest. */
  read = async () => {
    if (this.#busy) return;
    this.#busy = true;
    this.state = "reading";
    this.changed();
    try {
      const open = [...this.#journals.values()].filter((journal) => this.#openAt(journal));
      open.sort((a, b) => (this.#openAt(a) < this.#openAt(b) ? 1 : -1));
      await Promise.all(open.slice(0, TOGETHER).map((journal) => this.#back(journal)));
      this.from = [...this.#journals.values()].map((journal) => this.#openAt(journal)).sort().at(-1) ?? "";
      this.state = "read";
    } catch {
      this.state = "failed";
    }
    this.#busy = false;
    this.changed();
  };

  async #back(journal) {
    try {
      await journal.readBack(PAGE);
    } catch (error) {
      if (error.status !== 404) throw error;
      this.#journals.delete(journal.board); // not to be seen any more
    }
  }

  /** Down to when something of a journal may still be unread; "" where all is read. */
  #openAt({ board, events, complete }) {
    if (complete) return "";
    return events[0]?.at ?? (board === OPERATIONS ? NOW : this.#operations.summaries.get(board)?.last?.at ?? "");
  }

  #heard(events) {
    const { seq, epoch, summaries } = this.#operations;
    if (seq === null) return;
    if (epoch !== this.#epoch) this.#begin(epoch);
    const isBegun = this.from !== NOW;
    this.#follow([OPERATIONS, ...this.#operations.of("search").map(({ id }) => id)]);
    const journal = this.#journals.get(OPERATIONS);
    if (journal.hear(events) || (journal.head ?? Infinity) < seq) this.#up(journal, seq);
    for (const [id, { last }] of summaries) if (isBegun && last && this.#journals.has(id)) this.#happened(this.#journals.get(id), last);
    if (!isBegun && summaries.size >= this.#journals.size - 1) this.read();
    this.changed();
  }

  #begin(epoch) {
    this.#epoch = epoch;
    this.#journals.clear();
    this.from = NOW;
  }

  #follow(boards) {
    for (const id of this.#journals.keys()) if (!boards.includes(id)) this.#journals.delete(id);
    for (const id of boards) if (!this.#journals.has(id)) this.#journals.set(id, new Journal(id));
  }

  #happened(journal, last) {
    if (journal.head === null ? last.at > this.from : journal.head < last.seq) this.#up(journal, last.seq);
  }

  /** What is new of a board, down to where all boards were read. Where there is no answer, the next summary asks again. */
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

/** Each event of a search as a whole stands on its own board too, and is told from there. */
const isTwice = ({ kind }, { board }) => board === OPERATIONS && kind === "search";
