/**
 * The events of one board, as far as they were read: the newest first, then all that came before them; kept up by those that come
 * live. What one may not see is left out, and still counted: numbers have no gaps.
 */
import { queuedRequest } from "../core/api.js";

const PAGE = 1000; // events in one answer, the most that the server gives
const NEWEST = 2 ** 53; // a seq beyond all others
const TRIES = 3; // a board that is restored meanwhile has another life: begun anew, but not for ever

/** The board can't be read: `status` 404 where it is not there, or not to be seen. */
export class ReadError extends Error {
  constructor(status) {
    super(`The journal can't be read: ${status}`);
    this.status = status;
  }
}

export class JournalReader {
  board; // its id
  epoch = null;
  head = null; // the last seq that was read, or heard
  from = null; // the first seq from which on all is read; 1 where that is everything
  events = []; // in order of seq
  #entities = new Map(); // id -> its events, in order of seq
  #later = []; // heard while the end of the journal was not known
  #reading = Promise.resolve(); // one question after the other: pages must meet

  constructor(board) {
    this.board = board;
  }

  /** Is all of it here? */
  get complete() {
    return this.from === 1;
  }

  /** The newest `count` events, unless some are here already. Rejects with Unread. */
  readTail(count = PAGE) {
    return this.#next(() => (this.head === null ? this.#begin(count) : undefined));
  }

  /** The next `count` events, back from the first that is here. */
  readBack(count = PAGE) {
    return this.#next(() => this.#back(count));
  }

  /** All of it, page by page. progress(journal) after each. */
  readAll({ progress = () => {} } = {}) {
    return this.#next(async () => {
      while (!this.complete) {
        await this.#back(PAGE);
        progress(this);
      }
    });
  }

  /** Up to `seq` at least, where the server has it: of what was not heard. */
  readUp(seq) {
    return this.#next(async () => {
      while (this.head !== null && this.head < seq) if (!(await this.#on())) return;
    });
  }

  /** Events that came live, hidden ones among them. -> whether there is a hole before them, which `readUp` fills. */
  onEvents(events) {
    if (this.head === null) {
      this.#later.push(...events);
      return false;
    }
    const news = events.filter(({ seq }) => seq > this.head);
    for (const event of news) {
      if (event.seq !== this.head + 1) return true;
      this.#append([event]);
      this.head = event.seq;
    }
    return false;
  }

  /** Nothing of it is known any more: the board began another life, or may not be seen. */
  forget() {
    this.epoch = this.head = this.from = null;
    this.events = [];
    this.#entities.clear();
    this.#later = [];
  }

  /** The event of that number; undefined where it is not here, or not to be seen. */
  at(seq) {
    const found = this.events[place(this.events, seq)];
    return found?.seq === seq ? found : undefined;
  }

  /** The events of an entity that are here, in order; of all kinds that have its id. */
  of(id) {
    return this.#entities.get(id) ?? [];
  }

  /** The last event up to `seq` that says what an entity was; undefined where none is here. kind: where others may have its id. */
  asOf(id, seq, kind = null) {
    const events = this.of(id);
    for (let index = place(events, seq + 1) - 1; index >= 0; index -= 1) {
      const event = events[index];
      if (!event.erased && (kind === null || event.kind === kind)) return event;
    }
    return undefined;
  }

  /** The event that said what this one's entity was before it. */
  before({ kind, id, seq }) {
    return this.asOf(id, seq - 1, kind);
  }

  // --- reading

  #next(read) {
    const reading = this.#reading.then(read);
    this.#reading = reading.catch(() => {});
    return reading;
  }

  async #begin(count) {
    const page = await this.#ask({ before: NEWEST, limit: count });
    this.epoch = page.epoch;
    this.head = page.seq;
    this.#prepend(page.events, count);
    this.onEvents(this.#later.splice(0));
  }

  async #back(count, tries = TRIES) {
    if (this.head === null) return this.#begin(count);
    if (this.complete) return undefined;
    const page = await this.#ask({ before: this.from, limit: count });
    if (page.epoch === this.epoch) return this.#prepend(page.events, count);
    if (tries === 0) throw new ReadError(503);
    this.forget();
    return this.#back(count, tries - 1);
  }

  /** -> whether there was something. */
  async #on() {
    const page = await this.#ask({ after: this.head, limit: PAGE });
    if (page.epoch !== this.epoch) {
      this.forget();
      await this.#begin(PAGE);
      return false;
    }
    const news = page.events.filter(({ seq }) => seq > this.head);
    this.#append(news);
    this.head = news.at(-1)?.seq ?? this.head;
    return news.length > 0;
  }

  async #ask(query) {
    const answer = await queuedRequest(`/api/v1/boards/${this.board}/events?${new URLSearchParams(query)}`); // all that is asked later waits for this
    if (!answer.ok) throw new ReadError(answer.status);
    return answer.json();
  }

  // --- keeping

  #prepend(page, asked) {
    this.from = page.length < asked ? 1 : page[0].seq;
    const seen = page.filter(isSeen);
    this.events = [...seen, ...this.events];
    const older = new Map();
    for (const event of seen) add(older, event);
    for (const [id, events] of older) this.#entities.set(id, [...events, ...this.of(id)]);
  }

  #append(events) {
    for (const event of events.filter(isSeen)) {
      this.events.push(event);
      add(this.#entities, event);
    }
  }
}

function add(entities, event) {
  if (!entities.has(event.id)) entities.set(event.id, []);
  entities.get(event.id).push(event);
}

const isSeen = ({ hidden }) => !hidden;

/** Where in events, which are in order, the first one from `seq` on stands. */
function place(events, seq) {
  let low = 0, high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle].seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
