/**
 * State of a replay: the past of one board, and the current moment. Events are loaded once and folded. The live board is subscribed
 * because new events extend the time line, and because everything is dropped when access ends.
 */
import { serverNow } from "../core/time.js";
import { PastBoard, badgesOfEvents } from "./past_board.js";
import { compareStates, changeBadges } from "./compare_states.js";
import { EventFold } from "./event_fold.js";
import { JournalReader } from "./journal_reader.js";
import { momentAt, parseMoment } from "./parse_moment.js";

const MAX_STEP = 20; // events: a longer step changes most of the board, so badges would be meaningless
const OPERATIONS = "operations";
const GONE = new Set([401, 403, 404]);

export class Replay {
  state = "reading";  // "reading" | "showing" | "failed" | "forbidden"
  read = 0;           // number of loaded events
  problem = null;     // why the moment in the URL does not exist: see parse_moment.js
  count = 0;          // the current moment: number of past events
  time = 0;           // time of the current moment, ms
  /** @type {number | null} */ other = null;       // the other moment of a comparison, or null
  otherTime = 0;      // its time, ms
  /** @type {ShownChange[]} */ changes = [];       // between the two moments
  board;
  #live;
  #changed;
  #requested;
  #journal;
  /** @type {string | null} */ #epoch = null; // epoch of the folded events
  #fold = new EventFold();
  #otherFold = new EventFold(); // fold at the other moment

  /**
   * @param {any} live Board
   * @param {any} requested - {at, with} of the URL
   * @param {() => void} changed runs when there is something to draw
   */
  constructor(live, requested, changed) {
    this.#live = live;
    this.#requested = requested;
    this.#changed = changed;
    this.#journal = new JournalReader(live.id);
    this.board = new PastBoard(live.id);
  }

  connect() {
    this.#live.watch((/** @type {unknown} */ _, /** @type {BoardEvent[]} */ events) => this.#onEvents(events));
    this.readAll();
  }

  // --- read by views

  get head() {
    return this.#journal.head;
  }

  get length() {
    return this.#fold.length;
  }

  event(count = this.count) {
    return this.#fold.event(count);
  }

  /** Times of all events, ms, in order. */
  get times() {
    return this.#fold.between(0, this.length).map(({ at }) => Date.parse(at));
  }

  get from() {
    return Date.parse(this.event(1).at);
  }

  get to() {
    return Date.parse(this.event(this.length).at);
  }

  /**
   * Return the events of one entity up to the moment.
   * @param {string} id
   */
  eventsOf(id) {
    const { seq } = this.event();
    return this.#journal.of(id).filter((event) => event.seq <= seq);
  }

  /** Events up to the moment, in order. */
  get events() {
    return this.#fold.between(0, this.count);
  }

  /**
   * Return the state before an event; null if there was none.
   * @param {BoardEvent} event
   */
  stateBefore(event) {
    return this.#journal.before(event)?.state ?? null;
  }

  /**
   * Return the author of an entity's first event.
   * @param {string} id
   */
  authorOf(id) {
    return this.#journal.of(id)[0]?.actor?.name;
  }

  /**
   * Return an entity at the current moment, or at the other one.
   * @param {string} id
   */
  either(id) {
    return this.board.get(id) ?? this.#otherFold.entities.get(id);
  }

  // --- called by views

  /**
   * Go to a moment.
   * @param {number | null} time ms, if it differs from the last event's
   * @param {number} count
   */
  go(count, time = null) {
    const to = Math.min(Math.max(count, 1), this.length);
    const from = this.#fold.count;
    this.#fold.go(to);
    this.problem = null;
    Object.assign(this, momentAt(to, this.#fold), time === null ? {} : { time });
    this.#showBadges(from < to && to - from <= MAX_STEP && this.state === "showing" ? from : to - 1);
    this.#changed();
  }

  /**
   * Go to a time, ms.
   * @param {number} time
   */
  goTo(time) {
    const count = this.#fold.until(new Date(time).toISOString());
    if (count === this.count) this.time = time;
    else this.go(count, time);
    this.#changed();
  }

  /**
   * Start comparing with the current moment, or stop comparing.
   * @param {boolean} isHere
   */
  compareWith(isHere) {
    Object.assign(this, isHere ? { other: this.count, otherTime: this.time } : { other: null });
    this.go(this.count, this.time);
  }

  /** Swap the two moments. */
  swap() {
    const { count, time, other, otherTime } = this;
    Object.assign(this, { other: count, otherTime: time });
    this.go(other ?? 0, otherTime);
  }

  /** Both compared moments, the earlier first: number of events, and time in ms. */
  get moments() {
    const here = { count: this.count, time: this.time, isHere: true };
    return [here, { count: this.other, time: this.otherTime, isHere: false }].sort((a, b) => (a.count ?? 0) - (b.count ?? 0) || a.time - b.time);
  }

  /** Load all events, then show the requested moment. */
  async readAll() {
    const journal = this.#journal;
    const isCurrentLoad = () => journal === this.#journal && this.state !== "forbidden"; // false if loading was restarted in the meantime
    Object.assign(this, { state: "reading", read: 0 });
    this.#changed();
    try {
      await journal.readAll({ progress: (/** @type {JournalReader} */ { events }) => isCurrentLoad() && this.#progress(events.length) });
      if (isCurrentLoad()) this.#show();
    } catch (error) {
      if (isCurrentLoad()) this.#clear(GONE.has(/** @type {any} */ (error).status) ? "forbidden" : "failed");
    }
  }

  /** @param {number} read */
  #progress(read) {
    this.read = read;
    this.#changed();
  }

  #show() {
    this.#epoch = this.#journal.epoch;
    this.#fold = new EventFold(this.#journal.events);
    this.#otherFold = new EventFold(this.#journal.events);
    const parse = (/** @type {string} */ text) => parseMoment(text, this.#fold, { head: this.head ?? 0, now: serverNow() });
    const at = parse(this.#requested.at);
    const other = this.#requested.with === null ? null : parse(this.#requested.with);
    Object.assign(this, { other: other?.count ?? null, otherTime: other?.time ?? 0 });
    if (this.length) this.go(at.count ?? this.length, at.time ?? null);
    Object.assign(this, { state: "showing", problem: at.problem ?? other?.problem ?? null });
    this.#changed();
  }

  /**
   * Show badges for the changes of a step, or for the differences from the other moment.
   * @param {number} from
   */
  #showBadges(from) {
    if (this.other === null) {
      this.changes = [];
      return this.board.show(this.#fold, badgesOfEvents(this.#fold.between(from, this.count)));
    }
    const [now, then] = [this.#fold.entities, this.#otherFold.go(this.other)];
    this.changes = this.other < this.count ? compareStates(then, now) : compareStates(now, then);
    return this.board.show(this.#fold, changeBadges(this.changes));
  }

  // --- new events

  /** @param {BoardEvent[]} events */
  #onEvents(events) {
    const { epoch, seq, freshness } = this.#live;
    if (freshness.state === "forbidden") return this.state !== "forbidden" && this.#clear("forbidden");
    if (this.state === "forbidden") return seq !== null && this.#reload();
    const journal = this.#journal;
    if (events.some((event) => this.#changesVisibility(event)) || (epoch && journal.epoch && epoch !== journal.epoch)) return this.#reload();
    const hasGap = journal.onEvents(events);
    if (hasGap || (journal.head !== null && seq > journal.head)) journal.readUp(seq).then(() => this.#extend(), () => {}); // the next heartbeat retries
    return this.#extend();
  }

  /**
   * Return true if an event grants or ends access to something on this board, which changes its history.
   * @param {{ hidden?: boolean, kind: Kind, type: string }} options
   */
  #changesVisibility({ hidden, kind, type }) {
    return Boolean(hidden && kind) || (type === "search.access_set" && this.board.id === OPERATIONS);
  }

  #extend() {
    if (this.state !== "showing") return undefined;
    if (this.#journal.epoch !== this.#epoch) return this.#reload(); // loading found another epoch before the live board did
    if (this.#journal.events.length === this.length) return undefined;
    const news = this.#journal.events.slice(this.length);
    this.#fold.add(news);
    this.#otherFold.add(news);
    this.#changed();
    return undefined;
  }

  /**
   * Reload after a change of epoch or rights, which apply to the entire history; drop everything first. The moments keep their times,
   * because event numbers may have changed.
   */
  #reload() {
    if (this.state === "showing" && this.length) {
      this.#requested = { at: new Date(this.time).toISOString(), with: this.other === null ? null : new Date(this.otherTime).toISOString() };
    }
    this.#forget();
    this.#journal = new JournalReader(this.#live.id);
    this.readAll();
  }

  /** @param {string} state */
  #clear(state) {
    this.#forget();
    this.state = state;
    this.#changed();
  }

  #forget() {
    this.#journal.forget();
    this.#fold = new EventFold();
    this.#otherFold = new EventFold();
    this.board.forget();
    Object.assign(this, { count: 0, time: 0, changes: [], problem: null });
  }
}
