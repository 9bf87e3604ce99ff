/* Up to where this person has seen each board: kept by the server, so that it is the same on all their screens. The board on the
   screen counts as seen while it is proven live, the page is visible, and the person did something here a moment ago: neither a
   tab behind another nor the screen of somebody who has left is looked at. */

import { onUserActivity } from "./user_activity.js";
import { elapsed, readClocks } from "./elapsed.js";
import { getJson, queuedRequest, request } from "./api.js";
import { badgesOf, badgesSince } from "./change_badges.js";

const ADDRESS = "/api/v1/seen";
const LATELY_MS = 60_000;  // after the last sign of somebody: reading takes as long, leaving a desk does not
const TELL_MS = 4_000;     // a busy board moves many times a second
const ASK_AGAIN_MS = 10_000; // after an answer that did not come
const PAGE = 1_000, MOST = 5_000; // events in one answer; events that are read
const KINDS = ["search", "sighting", "task", "note"]; // of which changes are marked

/** For as long as the page lives. */
export function mount(session, board) {
  session.readPositions = new ReadPositionTracker(session, board);
  session.readPositions.connect();
}

/** Tells the server what was seen. marks: [{board, epoch, seq}] -> the answer's status, 0 where there is none. */
export async function sendReadPositions(positions, { leaving = false } = {}) {
  try {
    const ask = leaving ? request : queuedRequest; // who leaves can't wait
    return (await ask(ADDRESS, { method: "POST", body: JSON.stringify({ marks: positions }), keepalive: leaving })).status;
  } catch {
    return 0;
  }
}

export class ReadPositionTracker {
  #session;
  #board;
  #positions = null;     // board -> {epoch, seq}, as the server has them; null until it was read
  #askedAt = null;
  #rereadTimer = null;     // the reading that is to come, as a board has moved
  #caughtUp = false; // what was missed before this page was opened is marked: from here on marks may move
  #actedAt = null;
  #lastSeen = null;    // the position that was last before somebody's eyes
  #sent = "";
  #timer = null;

  constructor(session, board) {
    this.#session = session;
    this.#board = board;
  }

  connect() {
    onUserActivity(this.#onActivity);
    addEventListener("focus", this.#onActivity, { passive: true, capture: true });
    document.addEventListener("visibilitychange", this.#onVisibilityChange);
    addEventListener("pagehide", this.#onPageHide);
    this.#board.watch(this.#check);
    this.#board.watchFreshness(this.#check);
    if (document.hasFocus()) this.#actedAt = readClocks();
    this.#check();
  }

  /** Events of a board that are new to this person, by its seq now; null where they have never seen it, or it is not known. */
  news(board, seq) {
    const position = this.#positions?.get(board);
    if (!position) return null;
    const count = Math.max(0, seq - position.seq - position.own);
    if (count > 0 && seq > (position.asked ?? 0)) this.#askAgain(position, seq);
    return count;
  }

  /** Is it known that this person has never seen a board? */
  isNew(board) {
    return this.#positions !== null && !this.#positions.has(board);
  }

  /** A board has moved: perhaps by what this person did on another screen, which is not new to them. */
  #askAgain(position, seq) {
    position.asked = seq;
    this.#rereadTimer ??= setTimeout(() => {
      this.#rereadTimer = null;
      if (!document.hidden) this.#read({ again: true }); // shown again, it reads anyhow
    }, TELL_MS);
  }

  #onActivity = () => {
    const returned = !this.#isPresent;
    this.#actedAt = readClocks();
    if (returned) this.#check();
  };

  get #isPresent() {
    return !document.hidden && this.#actedAt !== null && elapsed(this.#actedAt) < LATELY_MS;
  }

  get #isLive() {
    return this.#board.freshness.state === "live";
  }

  #check = () => {
    if (this.#board.seq === null) return;
    if (this.#positions === null) return void this.#read();
    if (!this.#caughtUp) return;
    if (!this.#isPresent || !this.#isLive) return;
    this.#lastSeen = { board: this.#board.id, epoch: this.#board.epoch, seq: this.#board.seq };
    if (this.#isNews) this.#timer ??= setTimeout(() => this.#send(), TELL_MS);
  };

  get #isNews() {
    return this.#lastSeen !== null && positionOf(this.#lastSeen) !== this.#sent;
  }

  async #send({ leaving = false } = {}) {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#isNews || !(leaving || this.#isLive)) return; // without a line it waits for the next look
    const position = this.#lastSeen;
    this.#sent = positionOf(position);
    const status = await sendReadPositions([position], { leaving });
    if (status === 0 || status === 429 || status >= 500) this.#sent = ""; // told again when the board moves
    else this.#positions.set(position.board, { ...position, own: 0 });
  }

  #onPageHide = () => this.#send({ leaving: true });

  /** Hidden: perhaps for good. Shown again: another screen may have seen more meanwhile. */
  #onVisibilityChange = () => (document.hidden ? this.#onPageHide() : this.#read({ again: true }));

  async #read({ again = false } = {}) {
    if (!again && this.#askedAt !== null && elapsed(this.#askedAt) < ASK_AGAIN_MS) return;
    this.#askedAt = readClocks();
    const answer = await getJson(ADDRESS);
    if (!answer) return;
    const first = this.#positions === null;
    const asked = new Map([...this.#positions ?? []].map(([id, position]) => [id, position.asked]));
    this.#positions = new Map(answer.seen.map((position) => [position.board, { ...position, asked: asked.get(position.board) }]));
    if (first) await this.#catchUp();
    this.#board.changed();
  }

  /** Marks on the board what changed since this person saw it last, under what has happened since the page was opened. */
  async #catchUp() {
    const board = this.#board, position = this.#positions.get(board.id);
    const positions = position?.epoch === board.epoch ? await this.#missedBadges(position.seq, board.seq) : new Map();
    for (const [id, one] of positions) if (!board.positions.has(id)) board.positions.set(id, one);
    this.#caughtUp = true;
    this.#check();
  }

  async #missedBadges(from, to) {
    const entities = KINDS.flatMap((kind) => this.#board.of(kind));
    if (to - from > MOST) return badgesSince(entities, from);
    const events = await eventsBetween(this.#board.id, from, to);
    if (events === null) return badgesSince(entities, from);
    return badgesOf(events, { own: this.#session.account.id, isThere: (id) => Boolean(this.#board.get(id)) });
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
