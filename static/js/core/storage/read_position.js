/* Read positions: the last event of each board that this person has seen, stored by the server for all their screens. The board on
   screen counts as seen while it is live, the page is visible, and there was input within the last minute. Background tabs and
   abandoned screens do not count. */

import { onUserActivity } from "../connection/user_activity.js";
import { elapsed, readClocks } from "../elapsed.js";
import { get, orNull, post } from "../connection/api.js";
import { cardKinds } from "../rules/kinds.js";
import { badgesOf, badgesSince } from "../rules/change_badges.js";

const ADDRESS = "/api/v1/seen";
const ACTIVE_MS = 60_000;  // ms after the last input: long enough for reading, too short for leaving the desk
const SEND_DELAY_MS = 4_000;     // a busy board changes many times a second
const RETRY_MS = 10_000; // after a request without an answer
const PAGE = 1_000, MAX_EVENTS = 5_000; // events per request; events read at most

/**
 * Track the board of a page until the page closes.
 * @param {Session} session
 * @param {Board} board
 */
export function mount(session, board) {
  session.readPositions = new ReadPositionTracker(session, board);
}

/**
 * Send read positions to the server.
 * @param {{ board: string, epoch: string | null, seq: number | null }[]} positions [{board, epoch, seq}]
 * @param {{ leaving?: boolean }} [options]
 */
export function sendReadPositions(positions, { leaving: isLeaving = false } = {}) {
  return post(ADDRESS, { marks: positions }, { keepalive: isLeaving, repeat: !isLeaving }); // a page that is being left can't wait
}

export class ReadPositionTracker {
  #session;
  #board;
  /** @type {Map<string, ReadPosition> | null} */ #positions = null;     // by board, as stored by the server; null until loaded
  /** @type {ClockReading | null} */ #requestedAt = null;
  /** @type {Timer | null} */ #reloadTimer = null;     // scheduled reload after a board has moved
  #isCaughtUp = false; // true once the badges for missed changes are set; only then may the position move
  /** @type {ClockReading | null} */ #actedAt = null;
  /** @type {{ board: string, epoch: string | null, seq: number } | null} */ #lastSeen = null;    // last position in view
  #sent = "";
  /** @type {Timer | null} */ #timer = null;

  /** @param {Session} session @param {Board} board */
  constructor(session, board) {
    this.#session = session;
    this.#board = board;
    onUserActivity(this.#onActivity);
    addEventListener("focus", this.#onActivity, { passive: true, capture: true });
    document.addEventListener("visibilitychange", this.#onVisibilityChange);
    addEventListener("pagehide", this.#onPageHide);
    this.#board.watch(this.#check);
    this.#board.watchFreshness(this.#check);
    if (document.hasFocus()) this.#actedAt = readClocks();
    this.#check();
  }

  /**
   * Return the number of events after the read position, up to the board's `seq`; null if the board was never seen, or if this is unknown.
   * @param {string} board
   * @param {number} seq
   */
  news(board, seq) {
    const position = this.#positions?.get(board);
    if (!position) return null;
    const count = Math.max(0, seq - position.seq - position.own);
    if (count > 0 && seq > (position.asked ?? 0)) this.#scheduleReload(position, seq);
    return count;
  }

  /**
   * Return true if the person has certainly never seen a board.
   * @param {string} board
   */
  isNew(board) {
    return this.#positions !== null && !this.#positions.has(board);
  }

  /**
   * Reload the positions after a board has moved: this person may have caused it on another screen.
   * @param {ReadPosition} position
   * @param {number} seq
   */
  #scheduleReload(position, seq) {
    position.asked = seq;
    this.#reloadTimer ??= setTimeout(() => {
      this.#reloadTimer = null;
      if (!document.hidden) this.#read({ again: true }); // otherwise it reloads when the page is shown again
    }, SEND_DELAY_MS);
  }

  #onActivity = () => {
    const hasReturned = !this.#isPresent;
    this.#actedAt = readClocks();
    if (hasReturned) this.#check();
  };

  get #isPresent() {
    return !document.hidden && this.#actedAt !== null && elapsed(this.#actedAt) < ACTIVE_MS;
  }

  get #isLive() {
    return this.#board.freshness.state === "live";
  }

  #check = () => {
    if (this.#board.seq === null) return;
    if (this.#positions === null) return void this.#read();
    if (!this.#isCaughtUp) return;
    if (!this.#isPresent || !this.#isLive) return;
    this.#lastSeen = { board: this.#board.id, epoch: this.#board.epoch, seq: this.#board.seq };
    if (this.#isNews) this.#timer ??= setTimeout(() => this.#send(), SEND_DELAY_MS);
  };

  get #isNews() {
    return this.#lastSeen !== null && positionOf(this.#lastSeen) !== this.#sent;
  }

  async #send({ leaving = false } = {}) {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#isNews || !(leaving || this.#isLive)) return; // while disconnected, it waits for the next check
    const position = this.#lastSeen;
    if (position === null) return;
    this.#sent = positionOf(position);
    try {
      await sendReadPositions([position], { leaving });
      this.#positions?.set(position.board, { ...position, own: 0 });
    } catch (error) {
      const { status } = /** @type {Refusal} */ (error);
      if (status === 0 || status === 429 || status >= 500) this.#sent = ""; // sent again when the board moves
    }
  }

  #onPageHide = () => this.#send({ leaving: true });

  /** Send the position when the page is hidden; reload when it is shown again, because another screen may have seen more. */
  #onVisibilityChange = () => (document.hidden ? this.#onPageHide() : this.#read({ again: true }));

  async #read({ again: isForced = false } = {}) {
    if (!isForced && this.#requestedAt !== null && elapsed(this.#requestedAt) < RETRY_MS) return;
    this.#requestedAt = readClocks();
    const answer = await orNull(get(ADDRESS));
    if (!answer) return;
    const isFirst = this.#positions === null;
    const requestedSeqs = new Map([...this.#positions ?? []].map(([id, position]) => [id, position.asked]));
    this.#positions = new Map(answer.seen.map((/** @type {ReadPosition} */ position) => [position.board, { ...position, asked: requestedSeqs.get(position.board) }]));
    if (isFirst) await this.#catchUp();
    this.#board.changed();
  }

  /** Add badges for changes since the read position; badges set since the page was opened take precedence. */
  async #catchUp() {
    const board = this.#board, position = this.#positions?.get(board.id);
    const badges = position?.epoch === board.epoch ? await this.#missedBadges(position.seq, board.seq ?? 0) : new Map();
    for (const [id, badge] of badges) if (!board.badges.has(id)) board.badges.set(id, badge);
    this.#isCaughtUp = true;
    this.#check();
  }

  /** @param {number} from @param {number} to */
  async #missedBadges(from, to) {
    const entities = ["search", ...cardKinds(), "note"].flatMap((kind) => this.#board.of(kind));
    if (to - from > MAX_EVENTS) return badgesSince(entities, from);
    const events = await eventsBetween(this.#board.id, from, to);
    if (events === null) return badgesSince(entities, from);
    return badgesOf(events, { own: this.#session.account.id, isThere: (id) => Boolean(this.#board.get(id)) });
  }
}

/** @param {{ epoch: string | null, seq: number }} options */
const positionOf = ({ epoch, seq }) => `${epoch} ${seq}`;

/**
 * Return the events in order; null if they can't be read.
 * @param {string} board
 * @param {number} from
 * @param {number} to
 */
async function eventsBetween(board, from, to) {
  const events = [];
  for (let after = from; after < to; after = events.at(-1).seq) {
    const answer = await orNull(get(`/api/v1/boards/${board}/events?after=${after}&limit=${PAGE}`));
    if (!answer?.events.length) return null;
    events.push(...answer.events);
  }
  return events.filter(({ seq, hidden }) => seq <= to && !hidden);
}
