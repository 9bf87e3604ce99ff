/**
 * Loads the events of one board: the newest first, then all before them, and appends live ones. Hidden events are left out but
 * counted, as numbers have no gaps.
 */
import { get } from "../core/connection/api.js";
import { Offline } from "../core/errors.js";

const PAGE = 1000; // events per answer, the server's maximum
const NEWEST = 2 ** 53; // larger than any seq
const TRIES = 3; // a board restored meanwhile has another epoch: start again, but not for ever

export class JournalReader {
  board; // its id
  /** @type {string | null} */ epoch = null;
  /** @type {number | null} */ head = null; // last seq that was loaded or received
  /** @type {number | null} */ from = null; // first seq from which on everything is loaded; 1 means everything
  /** @type {BoardEvent[]} */ events = []; // in order of seq
  /** @type {Map<string, BoardEvent[]>} */ #entities = new Map(); // id -> its events, in order of seq
  /** @type {BoardEvent[]} */ #later = []; // received before the end of the journal was known
  #reading = Promise.resolve(); // one request at a time, as pages must meet

  /** @param {string} board */
  constructor(board) {
    this.board = board;
  }

  /** Whether all of it is loaded. */
  get complete() {
    return this.from === 1;
  }

  /** Load the newest `count` events, unless some are here. Rejects with Refusal (status 404: not there, or not to be seen) or Offline. */
  readTail(count = PAGE) {
    return this.#next(() => (this.head === null ? this.#begin(count) : undefined));
  }

  /** Load the next `count` events before the first one here. */
  readBack(count = PAGE) {
    return this.#next(() => this.#back(count));
  }

  /** Load everything, page by page, calling progress(journal) after each. */
  readAll({ progress = (/** @type {JournalReader} */ _journal) => /** @type {unknown} */ (undefined) } = {}) {
    return this.#next(async () => {
      while (!this.complete) {
        await this.#back(PAGE);
        progress(this);
      }
    });
  }

  /**
   * Load events up to `seq` at least, where live ones were missed.
   * @param {number} seq
   */
  readUp(seq) {
    return this.#next(async () => {
      while (this.head !== null && this.head < seq) if (!(await this.#on())) return;
    });
  }

  /**
   * Append live events, hidden ones included. Returns whether there is a gap before them, which `readUp` fills.
   * @param {BoardEvent[]} events
   */
  onEvents(events) {
    if (this.head === null) {
      this.#later.push(...events);
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

  /** Drop everything: the board has another epoch, or may not be seen. */
  forget() {
    this.epoch = this.head = this.from = null;
    this.events = [];
    this.#entities.clear();
    this.#later = [];
  }

  /**
   * Return the event with a number; undefined if not loaded or hidden.
   * @param {number} seq
   */
  at(seq) {
    const found = this.events[place(this.events, seq)];
    return found?.seq === seq ? found : undefined;
  }

  /**
   * Return the loaded events of an entity, in order; of all kinds that have its id.
   * @param {string} id
   */
  of(id) {
    return this.#entities.get(id) ?? [];
  }

  /**
   * Return the last event up to `seq` with an entity's state; undefined if none is loaded.
   * @param {Kind | null} kind where several kinds may have the id
   * @param {string} id
   * @param {number} seq
   */
  asOf(id, seq, kind = null) {
    const events = this.of(id);
    for (let index = place(events, seq + 1) - 1; index >= 0; index -= 1) {
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
    this.onEvents(this.#later.splice(0));
  }

  /** @param {number} count @returns {Promise<void>} */
  async #back(count, tries = TRIES) {
    if (this.head === null) return this.#begin(count);
    if (this.complete) return undefined;
    const page = await this.#ask({ before: this.from, limit: count });
    if (page.epoch === this.epoch) return this.#prepend(page.events, count);
    if (tries === 0) throw new Offline();
    this.forget();
    return this.#back(count, tries - 1);
  }

  /** Return whether there was something. */
  async #on() {
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
    return get(`/api/v1/boards/${this.board}/events?${new URLSearchParams(query)}`); // later requests wait for this one
  }

  // --- storing

  /** @param {BoardEvent[]} page @param {number} asked */
  #prepend(page, asked) {
    this.from = page.length < asked ? 1 : page[0].seq;
    const seen = page.filter(isSeen);
    this.events = [...seen, ...this.events];
    const older = new Map();
    for (const event of seen) add(older, event);
    for (const [id, events] of older) this.#entities.set(id, [...events, ...this.of(id)]);
  }

  /** @param {BoardEvent[]} events */
  #append(events) {
    for (const event of events.filter(isSeen)) {
      this.events.push(event);
      add(this.#entities, event);
    }
  }
}

/** @param {Map<string, BoardEvent[]>} entities @param {BoardEvent} event */
function add(entities, event) {
  if (!entities.has(event.id)) entities.set(event.id, []);
  entities.get(event.id)?.push(event);
}

/** @param {BoardEvent} event */
const isSeen = ({ hidden }) => !hidden;

/**
 * Binary search: return the index of the first event from `seq` on.
 * @param {BoardEvent[]} events
 * @param {number} seq
 */
function place(events, seq) {
  let low = 0, high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle].seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
