/**
 * Loads the events of one board: the newest first, then all earlier ones, and appends live events. Hidden events are left out but
 * counted, because numbers have no gaps.
 */
import { get } from "../core/connection/api.js";
import { Offline } from "../core/errors.js";

const PAGE = 1000; // events per answer, the server's maximum
const NEWEST = 2 ** 53; // larger than any seq
const MAX_RESTARTS = 3; // restarts: a board that was restored during loading has another epoch

export class JournalReader {
  board; // its id
  /** @type {string | null} */ epoch = null;
  /** @type {number | null} */ head = null; // last seq that was loaded or received
  /** @type {number | null} */ from = null; // everything from this seq on is loaded; 1 means all events
  /** @type {BoardEvent[]} */ events = []; // in order of seq
  /** @type {Map<string, BoardEvent[]>} */ #entities = new Map(); // id -> its events, in order of seq
  /** @type {BoardEvent[]} */ #early = []; // received before the end of the journal was known
  #reading = Promise.resolve(); // one request at a time, so that pages are adjacent

  /** @param {string} board */
  constructor(board) {
    this.board = board;
  }

  /** True if all events are loaded. */
  get complete() {
    return this.from === 1;
  }

  /** Load the newest `count` events, unless some are loaded. Rejects with Refusal (status 404: no such board or no access) or Offline. */
  readTail(count = PAGE) {
    return this.#next(() => (this.head === null ? this.#begin(count) : undefined));
  }

  /** Load the `count` events before the first loaded one. */
  readBack(count = PAGE) {
    return this.#next(() => this.#readOlder(count));
  }

  /** Load everything, page by page, calling progress(journal) after each. */
  readAll({ progress = (/** @type {JournalReader} */ _journal) => /** @type {unknown} */ (undefined) } = {}) {
    return this.#next(async () => {
      while (!this.complete) {
        await this.#readOlder(PAGE);
        progress(this);
      }
    });
  }

  /**
   * Load missed live events, at least up to `seq`.
   * @param {number} seq
   */
  readUp(seq) {
    return this.#next(async () => {
      while (this.head !== null && this.head < seq) if (!(await this.#readNewer())) return;
    });
  }

  /**
   * Append live events, including hidden ones. Returns true if there is a gap before them, which `readUp` fills.
   * @param {BoardEvent[]} events
   */
  onEvents(events) {
    if (this.head === null) {
      this.#early.push(...events);
      return false;
    }
    const news = events.filter(({ seq }) => seq > (this.head ?? 0));
    for (const event of news) {
      if (event.seq !== this.head + 1) return true;
      this.#append([event]);
      this.head = event.seq;
    }
    return false;
  }

  /** Drop everything: the board has another epoch, or access has ended. */
  forget() {
    this.epoch = this.head = this.from = null;
    this.events = [];
    this.#entities.clear();
    this.#early = [];
  }

  /**
   * Return the event with a number; undefined if not loaded or hidden.
   * @param {number} seq
   */
  at(seq) {
    const event = this.events[indexOfSeq(this.events, seq)];
    return event?.seq === seq ? event : undefined;
  }

  /**
   * Return the loaded events of an id, in order; several kinds may share the id.
   * @param {string} id
   */
  of(id) {
    return this.#entities.get(id) ?? [];
  }

  /**
   * Return the last event up to `seq` with an entity's state; undefined if none is loaded.
   * @param {Kind | null} kind kind of the entity, if several may share the id
   * @param {string} id
   * @param {number} seq
   */
  asOf(id, seq, kind = null) {
    const events = this.of(id);
    for (let index = indexOfSeq(events, seq + 1) - 1; index >= 0; index -= 1) {
      const event = events[index];
      if (!event.erased && (kind === null || event.kind === kind)) return event;
    }
    return undefined;
  }

  /**
   * Return the previous event of an event's entity.
   * @param {BoardEvent} event
   */
  before({ kind, id, seq }) {
    return this.asOf(id, seq - 1, kind);
  }

  // --- loading

  /** @param {() => any} read */
  #next(read) {
    const reading = this.#reading.then(read);
    this.#reading = reading.catch(() => {});
    return reading;
  }

  /** @param {number} count */
  async #begin(count) {
    const page = await this.#ask({ before: NEWEST, limit: count });
    this.epoch = page.epoch;
    this.head = page.seq;
    this.#prepend(page.events, count);
    this.onEvents(this.#early.splice(0));
  }

  /** @param {number} count @returns {Promise<void>} */
  async #readOlder(count, restartsLeft = MAX_RESTARTS) {
    if (this.head === null) return this.#begin(count);
    if (this.complete) return undefined;
    const page = await this.#ask({ before: this.from, limit: count });
    if (page.epoch === this.epoch) return this.#prepend(page.events, count);
    if (restartsLeft === 0) throw new Offline();
    this.forget();
    return this.#readOlder(count, restartsLeft - 1);
  }

  /** Load the next page of newer events. Returns true if there were any. */
  async #readNewer() {
    const page = await this.#ask({ after: this.head, limit: PAGE });
    if (page.epoch !== this.epoch) {
      this.forget();
      await this.#begin(PAGE);
      return false;
    }
    const news = page.events.filter((/** @type {BoardEvent} */ { seq }) => seq > (this.head ?? 0));
    this.#append(news);
    this.head = news.at(-1)?.seq ?? this.head;
    return news.length > 0;
  }

  /** @param {{ [name: string]: any }} query */
  #ask(query) {
    return get(`/api/v1/boards/${this.board}/events?${new URLSearchParams(query)}`); // later requests wait for it
  }

  // --- storing

  /** @param {BoardEvent[]} page @param {number} requestedCount */
  #prepend(page, requestedCount) {
    this.from = page.length < requestedCount ? 1 : page[0].seq;
    const visible = page.filter(isVisible);
    this.events = [...visible, ...this.events];
    const older = new Map();
    for (const event of visible) addEvent(older, event);
    for (const [id, events] of older) this.#entities.set(id, [...events, ...this.of(id)]);
  }

  /** @param {BoardEvent[]} events */
  #append(events) {
    for (const event of events.filter(isVisible)) {
      this.events.push(event);
      addEvent(this.#entities, event);
    }
  }
}

/** @param {Map<string, BoardEvent[]>} entities @param {BoardEvent} event */
function addEvent(entities, event) {
  if (!entities.has(event.id)) entities.set(event.id, []);
  entities.get(event.id)?.push(event);
}

/** @param {BoardEvent} event */
const isVisible = ({ hidden }) => !hidden;

/**
 * Return the index of the first event from `seq` on, by binary search.
 * @param {BoardEvent[]} events
 * @param {number} seq
 */
function indexOfSeq(events, seq) {
  let low = 0, high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle].seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
