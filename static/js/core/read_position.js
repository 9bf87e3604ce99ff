/* Up to where this person has seen each board: kept by the server, so that it is the same on all their screens. The board on the
   screen counts as seen while it is proven live, the page is visible, and the person did something here a moment ago: neither a
   tab behind another nor the screen of somebody who has left is looked at. */

import { onAct } from "./user_activity.js";
import { age, reading } from "./elapsed.js";
import { getJson, queuedRequest, request } from "./api.js";
import { missed, missedSince } from "./change_badges.js";

const ADDRESS = "/api/v1/seen";
const LATELY_MS = 60_000;  // after the last sign of somebody: reading takes as long, leaving a desk does not
const TELL_MS = 4_000;     // a busy board moves many times a second
const ASK_AGAIN_MS = 10_000; // after an answer that did not come
const PAGE = 1_000, MOST = 5_000; // events in one answer; events that are read
const KINDS = ["search", "sighting", "task", "note"]; // of which changes are marked

/** For as long as the page lives. */
export function mount(desk, board) {
  desk.seen = new Seen(desk, board);
  desk.seen.connect();
}

/** Tells the server what was seen. marks: [{board, epoch, seq}] -> the answer's status, 0 where there is none. */
export async function tell(marks, { leaving = false } = {}) {
  try {
    const ask = leaving ? request : queuedRequest; // who leaves can't wait
    return (await ask(ADDRESS, { method: "POST", body: JSON.stringify({ marks }), keepalive: leaving })).status;
  } catch {
    return 0;
  }
}

export class Seen {
  #desk;
  #board;
  #marks = null;     // board -> {epoch, seq}, as the server has them; null until it was read
  #askedAt = null;
  #again = null;     // the reading that is to come, as a board has moved
  #caughtUp = false; // what was missed before this page was opened is marked: from here on marks may move
  #actedAt = null;
  #looked = null;    // the position that was last before somebody's eyes
  #told = "";
  #timer = null;

  constructor(desk, board) {
    this.#desk = desk;
    this.#board = board;
  }

  connect() {
    onAct(this.#acted);
    addEventListener("focus", this.#acted, { passive: true, capture: true });
    document.addEventListener("visibilitychange", this.#turned);
    addEventListener("pagehide", this.#leave);
    this.#board.watch(this.#look);
    this.#board.watchProof(this.#look);
    if (document.hasFocus()) this.#actedAt = reading();
    this.#look();
  }

  /** Events of a board that are new to this person, by its seq now; null where they have never seen it, or it is not known. */
  news(board, seq) {
    const mark = this.#marks?.get(board);
    if (!mark) return null;
    const count = Math.max(0, seq - mark.seq - mark.own);
    if (count > 0 && seq > (mark.asked ?? 0)) this.#askAgain(mark, seq);
    return count;
  }

  /** Is it known that this person has never seen a board? */
  isNew(board) {
    return this.#marks !== null && !this.#marks.has(board);
  }

  /** A board has moved: perhaps by what this person did on another screen, which is not new to them. */
  #askAgain(mark, seq) {
    mark.asked = seq;
    this.#again ??= setTimeout(() => {
      this.#again = null;
      if (!document.hidden) this.#read({ again: true }); // shown again, it reads anyhow
    }, TELL_MS);
  }

  #acted = () => {
    const returned = !this.#isHere;
    this.#actedAt = reading();
    if (returned) this.#look();
  };

  get #isHere() {
    return !document.hidden && this.#actedAt !== null && age(this.#actedAt) < LATELY_MS;
  }

  get #isLive() {
    return this.#board.freshness.state === "live";
  }

  #look = () => {
    if (this.#board.seq === null) return;
    if (this.#marks === null) return void this.#read();
    if (!this.#caughtUp) return;
    if (!this.#isHere || !this.#isLive) return;
    this.#looked = { board: this.#board.id, epoch: this.#board.epoch, seq: this.#board.seq };
    if (this.#isNews) this.#timer ??= setTimeout(() => this.#tell(), TELL_MS);
  };

  get #isNews() {
    return this.#looked !== null && positionOf(this.#looked) !== this.#told;
  }

  async #tell({ leaving = false } = {}) {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#isNews || !(leaving || this.#isLive)) return; // without a line it waits for the next look
    const mark = this.#looked;
    this.#told = positionOf(mark);
    const status = await tell([mark], { leaving });
    if (status === 0 || status === 429 || status >= 500) this.#told = ""; // told again when the board moves
    else this.#marks.set(mark.board, { ...mark, own: 0 });
  }

  #leave = () => this.#tell({ leaving: true });

  /** Hidden: perhaps for good. Shown again: another screen may have seen more meanwhile. */
  #turned = () => (document.hidden ? this.#leave() : this.#read({ again: true }));

  async #read({ again = false } = {}) {
    if (!again && this.#askedAt !== null && age(this.#askedAt) < ASK_AGAIN_MS) return;
    this.#askedAt = reading();
    const answer = await getJson(ADDRESS);
    if (!answer) return;
    const first = this.#marks === null;
    const asked = new Map([...this.#marks ?? []].map(([id, mark]) => [id, mark.asked]));
    this.#marks = new Map(answer.seen.map((mark) => [mark.board, { ...mark, asked: asked.get(mark.board) }]));
    if (first) await this.#catchUp();
    this.#board.changed();
  }

  /** Marks on the board what changed since this person saw it last, under what has happened since the page was opened. */
  async #catchUp() {
    const board = this.#board, mark = this.#marks.get(board.id);
    const marks = mark?.epoch === board.epoch ? await this.#missed(mark.seq, board.seq) : new Map();
    for (const [id, one] of marks) if (!board.marks.has(id)) board.marks.set(id, one);
    this.#caughtUp = true;
    this.#look();
  }

  async #missed(from, to) {
    const entities = KINDS.flatMap((kind) => this.#board.of(kind));
    if (to - from > MOST) return missedSince(entities, from);
    const events = await eventsBetween(this.#board.id, from, to);
    if (events === null) return missedSince(entities, from);
    return missed(events, { own: this.#desk.account.id, isThere: (id) => Boolean(this.#board.get(id)) });
  }
}

const positionOf = ({ epoch, seq }) => `${epoch} ${seq}`;

/** In order; null where they can't be read. */
async function eventsBetween(board, from, to) {
  const events = [];
  for (let after = from; after < to; after = events.at(-1).seq) {
    const answer = await getJson(`/api/v1/boards/${board}/events?after=${after}&limit=${PAGE}`);
    if (!answer?.events.length) return null;
    events.push(...answer.events);
  }
  return events.filter(({ seq, hidden }) => seq <= to && !hidden);
}
