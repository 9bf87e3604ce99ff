/**
 * The past of one board, and the moment of it that is looked at. Its events are read once and folded; the live board is followed for
 * two things alone: what happens now is the end of the time line, and when the right to see it ends, nothing of it stays.
 */
import { serverNow } from "../core/time.js";
import { PastBoard, badgesOfEvents } from "./past_board.js";
import { compareStates, changeBadges } from "./compare_states.js";
import { EventFold } from "./event_fold.js";
import { JournalReader } from "./journal_reader.js";
import { momentAt, parseMoment } from "./parse_moment.js";

const STEP_MOST = 20; // events: what a longer step did is most of the board, and marks would say nothing
const OPERATIONS = "operations";
const GONE = new Set([401, 403, 404]);

export class Replay {
  state = "reading";  // "reading" | "showing" | "failed" | "forbidden"
  read = 0;           // events so far, while reading
  trouble = null;     // why there is no such moment as the address names: see parse_moment.js
  count = 0;          // the moment: how many events had happened
  time = 0;           // and when it is, ms
  other = null;       // the moment that it is compared with: how many events had happened then
  otherTime = 0;      // and when that is, ms
  changes = [];       // between the two
  board;
  #live;
  #changed;
  #asked;
  #journal;
  #epoch = null; // of the events that are folded
  #fold = new EventFold();
  #beside = new EventFold(); // at the other moment
  #unwatch = null;

  /** live: the Board that is followed; asked: {at, with} as in the address; changed(): there is something to draw */
  constructor(live, asked, changed) {
    this.#live = live;
    this.#asked = asked;
    this.#changed = changed;
    this.#journal = new JournalReader(live.id);
    this.board = new PastBoard(live.id);
  }

  connect() {
    this.#unwatch = this.#live.watch((_, events) => this.#onEvents(events));
    this.readAll();
  }

  disconnect() {
    this.#unwatch();
  }

  // --- what views read

  get head() {
    return this.#journal.head;
  }

  get length() {
    return this.#fold.length;
  }

  event(count = this.count) {
    return this.#fold.event(count);
  }

  /** ms of every event, in order. */
  get times() {
    return this.#fold.between(0, this.length).map(({ at }) => Date.parse(at));
  }

  get from() {
    return Date.parse(this.event(1).at);
  }

  get to() {
    return Date.parse(this.event(this.length).at);
  }

  /** The events of one entity up to the moment. */
  eventsOf(id) {
    const { seq } = this.event();
    return this.#journal.of(id).filter((event) => event.seq <= seq);
  }

  /** What an event found: the state before it, null where there was none. */
  stateBefore(event) {
    return this.#journal.before(event)?.state ?? null;
  }

  /** Who made it. */
  authorOf(id) {
    return this.#journal.of(id)[0]?.actor?.name;
  }

  /** An entity at either of the two moments. */
  either(id) {
    return this.board.get(id) ?? this.#beside.entities.get(id);
  }

  // --- what views do

  /** To a moment, by how many events had happened; time: ms, where it is not that of the last of them. */
  go(count, time = null) {
    const to = Math.min(Math.max(count, 1), this.length);
    const from = this.#fold.count;
    this.#fold.go(to);
    this.trouble = null;
    Object.assign(this, momentAt(to, this.#fold), time === null ? {} : { time });
    this.#showBadges(from < to && to - from <= STEP_MOST && this.state === "showing" ? from : to - 1);
    this.#changed();
  }

  /** To a time, ms. */
  goTo(time) {
    const count = this.#fold.until(new Date(time).toISOString());
    if (count === this.count) this.time = time;
    else this.go(count, time);
    this.#changed();
  }

  /** With the moment that is looked at, from here on; or with none. */
  compareWith(isHere) {
    Object.assign(this, isHere ? { other: this.count, otherTime: this.time } : { other: null });
    this.go(this.count, this.time);
  }

  /** To the other of the two moments; the one that is looked at becomes the other. */
  swap() {
    const { count, time, other, otherTime } = this;
    Object.assign(this, { other: count, otherTime: time });
    this.go(other, otherTime);
  }

  /** The two moments that are compared, the earlier first: how many events had happened, and when it is, ms. */
  get moments() {
    const here = { count: this.count, time: this.time, isHere: true };
    return [here, { count: this.other, time: this.otherTime, isHere: false }].sort((a, b) => a.count - b.count || a.time - b.time);
  }

  /** All events, from the first; the moment that was asked for, as soon as they are there. */
  async readAll() {
    const journal = this.#journal;
    const isMine = () => journal === this.#journal && this.state !== "forbidden"; // and was not begun anew meanwhile
    Object.assign(this, { state: "reading", read: 0 });
    this.#changed();
    try {
      await journal.readAll({ progress: ({ events }) => isMine() && this.#progress(events.length) });
      if (isMine()) this.#show();
    } catch (error) {
      if (isMine()) this.#lose(GONE.has(error.status) ? "forbidden" : "failed");
    }
  }

  #progress(read) {
    this.read = read;
    this.#changed();
  }

  #show() {
    this.#epoch = this.#journal.epoch;
    this.#fold = new EventFold(this.#journal.events);
    this.#beside = new EventFold(this.#journal.events);
    const asked = (text) => parseMoment(text, this.#fold, { head: this.head, now: serverNow() });
    const at = asked(this.#asked.at);
    const other = this.#asked.with === null ? null : asked(this.#asked.with);
    Object.assign(this, { other: other?.count ?? null, otherTime: other?.time ?? 0 });
    if (this.length) this.go(at.count ?? this.length, at.time ?? null);
    Object.assign(this, { state: "showing", trouble: at.trouble ?? other?.trouble ?? null });
    this.#changed();
  }

  /** What came about by the step is marked, or what differs from the other moment. */
  #showBadges(from) {
    if (this.other === null) {
      this.changes = [];
      return this.board.show(this.#fold, badgesOfEvents(this.#fold.between(from, this.count)));
    }
    const [now, then] = [this.#fold.entities, this.#beside.go(this.other)];
    this.changes = this.other < this.count ? compareStates(then, now) : compareStates(now, then);
    return this.board.show(this.#fold, changeBadges(this.changes));
  }

  // --- what happens now

  #onEvents(events) {
    const { epoch, seq, freshness } = this.#live;
    if (freshness.state === "forbidden") return this.state !== "forbidden" && this.#lose("forbidden");
    if (this.state === "forbidden") return seq !== null && this.#again();
    const journal = this.#journal;
    if (events.some((event) => this.#changesSight(event)) || (epoch && journal.epoch && epoch !== journal.epoch)) return this.#again();
    const hole = journal.onEvents(events);
    if (hole || (journal.head !== null && seq > journal.head)) journal.readUp(seq).then(() => this.#grow(), () => {}); // the next heartbeat asks again
    return this.#grow();
  }

  /** Does it give or take the sight of something on this board? Then its history is another. */
  #changesSight({ hidden, kind, type }) {
    return Boolean(hidden && kind) || (type === "search.access_set" && this.board.id === OPERATIONS);
  }

  #grow() {
    if (this.state !== "showing") return undefined;
    if (this.#journal.epoch !== this.#epoch) return this.#again(); // found where it was read on, before the live board was told
    if (this.#journal.events.length === this.length) return undefined;
    const news = this.#journal.events.slice(this.length);
    this.#fold.add(news);
    this.#beside.add(news);
    this.#changed();
    return undefined;
  }

  /**
   * Another life of the board, or other rights, which are those of now for all history: nothing that was read is shown any longer.
   * Read anew it is looked at at the same times, as what happened then may not be there by its number.
   */
  #again() {
    if (this.state === "showing" && this.length) {
      this.#asked = { at: new Date(this.time).toISOString(), with: this.other === null ? null : new Date(this.otherTime).toISOString() };
    }
    this.#forget();
    this.#journal = new JournalReader(this.#live.id);
    this.readAll();
  }

  #lose(state) {
    this.#forget();
    this.state = state;
    this.#changed();
  }

  #forget() {
    this.#journal.forget();
    this.#fold = new EventFold();
    this.#beside = new EventFold();
    this.board.forget();
    Object.assign(this, { count: 0, time: 0, changes: [], trouble: null });
  }
}
