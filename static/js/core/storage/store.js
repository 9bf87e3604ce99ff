/* Client copy of one board: entities, position, presence and freshness. Only the server changes it; this person's own changes also
   arrive as events. */

import { APPLY, Entities, GAP, OTHER_EPOCH, SEEN, entityChange, compareSeq } from "../connection/sequence.js";
import { addToBadge, isNews } from "../rules/change_badges.js";
import { Freshness } from "../connection/freshness.js";
import { serverNow } from "../time.js";

const SUBSCRIBE_TIMEOUT_MS = 10_000;   // ms without an answer to a subscription, after which it is sent again
const ERROR_RETRY_MS = 2_000; // ms: retry after a transient error
const FORBIDDEN_RETRY_MS = 15_000; // ms, plus up to half: access may have been granted again
const HIDDEN_FRAME_MS = 250;   // ms: a hidden page gets no animation frames, but its watchers still have to run

export class Board {
  id;
  /** @type {string | null} */ epoch = null;
  /** @type {number | null} */ seq = null;
  /** @type {IsoTime | null} */ at = null;
  presence = { count: 0, people: [] };
  /** @type {Map<string, Summary>} */ summaries = new Map();
  /** @type {Map<string, ChangeBadge>} */ badges = new Map();

  #session;
  #entities = new Entities();
  /** @type {string | undefined} */ #form; // format version of the entities: after an upgrade of the server, old ones may lack fields
  /** @type {{ epoch: string, seq: number, entities: Entity[] } | null} */ #partialSnapshot = null;          // snapshot that is still incomplete
  /** @type {number | null} */ #pendingSince = null;        // ms, wall clock: time of an unanswered subscription
  #subscribeSentAt = 0;           // ms, wall clock: time of the last subscription
  #isFollowing = false;
  /** @type {{ card: string | null, editing: boolean } | null} */ #ownPresence = null;          // the card that this person has open
  #isForbidden = false;
  #forbiddenRetryMs = FORBIDDEN_RETRY_MS * (1 + Math.random() / 2); // spread, so that readers who lose access together do not retry together
  #freshnessTracker;
  /** @type {Date | null} */ #readAt = null;         // Date of the first snapshot, used until freshness is proven
  #notifiedState = "";            // freshness state of the last notification
  #watchers = new Set();
  #freshnessWatchers = new Set();   // called at each heartbeat, which alone does not require redrawing a board
  /** @type {BoardEvent[]} */ #events = [];
  /** @type {number | null} */ #frame = null;

  /** @param {any} session - {account, outbox, transmit(frame) -> boolean, ensureAccounts(things)} @param {string} id */
  constructor(id, session, freshness = new Freshness()) {
    this.id = id;
    this.#session = session;
    this.#freshnessTracker = freshness;
  }

  // --- read by views

  /** @param {string} id */
  get(id) {
    return this.#entities.get(id);
  }

  /** @param {Kind} kind */
  of(kind) {
    return this.#entities.of(kind);
  }

  /**
   * Count the entities of these kinds.
   * @param {Kind[]} kinds
   */
  count(kinds) {
    return kinds.reduce((sum, kind) => sum + this.#entities.size(kind), 0);
  }

  get freshness() {
    const state = this.#isForbidden ? "forbidden" : this.#freshnessTracker.state(this.seq !== null);
    return { state, since: this.#freshnessTracker.at ?? this.#readAt, seq: this.seq, provenAt: this.#freshnessTracker.at, proven: this.#freshnessTracker.proven };
  }

  get pending() {
    return this.#session.outbox.pending(this.id);
  }

  /** @param {(board: Board, events: BoardEvent[]) => void} fn */
  watch(fn) {
    this.#watchers.add(fn);
    return () => this.#watchers.delete(fn);
  }

  /**
   * Call fn(board) after each heartbeat, which moves `provenAt`.
   * @param {(board: Board) => void} fn
   * @returns {() => void} stops it
   */
  watchFreshness(fn) {
    this.#freshnessWatchers.add(fn);
    return () => this.#freshnessWatchers.delete(fn);
  }

  // --- called by views

  /**
   * Send a command; the outbox repeats it until it is answered.
   * @param {string} name
   * @param {{ [field: string]: any }} data
   * @param {{ base?: number | null, epoch?: string | null, id?: string }} [options]
   * @returns {Promise<{seqs: number[], opened?: string}>} rejects with Refusal
   */
  send(name, data, { base, epoch = this.epoch, id } = {}) {
    return this.#session.outbox.add(this.id, name, data, { base, epoch, id });
  }

  /** @param {string} id */
  discard(id) {
    this.#session.outbox.discard(id);
  }

  /** @param {string} id */
  clearBadge(id) {
    if (this.badges.delete(id)) this.changed();
  }

  /** @param {string | null} card */
  setPresence(card, editing = false) {
    this.#ownPresence = { card, editing };
    this.#sendPresence();
  }

  // --- called by the session

  /** Subscribe from the current position, or from a snapshot if there is none or `fresh` is set. */
  subscribe({ fresh = false } = {}) {
    const canContinue = this.seq !== null && !fresh;
    this.#partialSnapshot = null;
    const wasSent = this.#session.transmit({ type: "subscribe", board: this.id, ...(canContinue ? { epoch: this.epoch, after: this.seq, ...(this.#form ? { form: this.#form } : {}) } : {}) });
    this.#subscribeSentAt = Date.now();
    this.#pendingSince = wasSent ? this.#subscribeSentAt : null;
  }

  onClose() {
    this.#isFollowing = false;
    this.#pendingSince = null;
    this.#partialSnapshot = null;
    this.#freshnessTracker.lost();
    this.changed();
  }

  /**
   * Apply a frame that names this board.
   * @param {any} frame
   */
  receive(frame) {
    switch (frame.type) {
      case "snapshot": return this.#onSnapshot(frame);
      case "events": return this.#applyEvents(frame);
      case "subscribed": return this.#onSubscribed(frame);
      case "unsubscribed": return this.#onUnsubscribed(frame);
      case "error": return this.#onError(frame);
      case "presence": this.presence = { count: frame.count, people: frame.people }; return this.changed();
      case "summary": return this.#onSummary(frame);
      default: return undefined; // sent by a newer server
    }
  }

  /**
   * Compare with the head of this board in a heartbeat.
   * @param {Head} head - {epoch, seq}, as in the database
   * @param {IsoTime} at server time
   * @param {ClockReading} [sent] clock reading that is not later than the heartbeat's sending, if known
   */
  onHeads(head, at, sent) {
    const isBehind = this.#freshnessTracker.heads(head, at, this, sent);
    if (this.epoch !== null && head.epoch !== this.epoch) this.#resubscribe({ fresh: true });
    else if (isBehind) this.#resubscribe();
    if (this.#frame === null) for (const fn of this.#freshnessWatchers) fn(this); // a scheduled redraw shows freshness and content together
    if (this.freshness.state !== this.#notifiedState) this.changed();
  }

  /** Check what only time changes: overdue answers and expired freshness. Call once a second. */
  tick() {
    if (!this.#isFollowing && Date.now() - this.#subscribeSentAt > this.#retryMs) this.subscribe();
    if (this.freshness.state !== this.#notifiedState) this.changed();
  }

  /** Check again when the page is viewed, especially if access was granted again. */
  recheck() {
    if (this.#isForbidden && Date.now() - this.#subscribeSentAt > ERROR_RETRY_MS) this.subscribe();
    this.tick();
  }

  /** Schedule a call of the watchers, at most one per animation frame. */
  changed() {
    if (this.#frame !== null) return;
    const schedule = globalThis.document && !document.hidden ? requestAnimationFrame : (/** @type {(board: Board, events: BoardEvent[]) => void} */ fn) => setTimeout(fn, HIDDEN_FRAME_MS);
    this.#frame = schedule(() => this.settle());
  }

  /** Call the watchers now if a call is scheduled. */
  settle() {
    if (this.#frame !== null) this.#notify();
  }

  /** Reschedule with a timer when the page is hidden: an animation frame would wait until it is shown again. */
  hidden() {
    if (this.#frame === null) return;
    this.#frame = null;
    this.changed();
  }

  get #retryMs() {
    if (this.#isForbidden) return this.#forbiddenRetryMs;
    return this.#pendingSince === null ? ERROR_RETRY_MS : SUBSCRIBE_TIMEOUT_MS;
  }

  #notify() {
    this.#frame = null;
    const events = this.#events;
    this.#events = [];
    this.#notifiedState = this.freshness.state;
    for (const fn of this.#watchers) {
      try {
        fn(this, events);
      } catch (error) {
        reportError(error); // an error in one view must not stop the others
      }
    }
  }

  /** @param {SnapshotFrame} frame */
  #onSnapshot({ epoch, seq, entities, more }) {
    // If rights change during a snapshot, the server starts a new one: drop the parts of the old one.
    if (this.#partialSnapshot?.epoch !== epoch || this.#partialSnapshot.seq !== seq) this.#partialSnapshot = { epoch, seq, entities: [] };
    this.#partialSnapshot.entities.push(...entities);
    if (more) return;
    const before = this.#entities, from = this.seq, isSameEpoch = epoch === this.epoch;
    this.#entities = Entities.from(this.#partialSnapshot.entities);
    this.#partialSnapshot = null;
    this.#form = this.#session.form;
    this.epoch = epoch;
    this.at = isSameEpoch ? this.at : null;
    this.#moveTo(seq);
    this.#addBadgesForDifferences(before, isSameEpoch ? from : null);
    this.#session.ensureAccounts(this.#entities);
    this.changed();
  }

  /** @param {EventsFrame} frame */
  #applyEvents({ epoch, events }) {
    for (const event of events) {
      const verdict = compareSeq(this, epoch, event.seq);
      if (verdict === APPLY) this.#applyEvent(event);
      else if (verdict === GAP) return this.#resubscribe();
      else if (verdict === OTHER_EPOCH) return this.#resubscribe({ fresh: true });
      else if (verdict !== SEEN) throw new Error(verdict);
    }
    this.#session.ensureAccounts(events.map(({ state, actor }) => ({ state, actor })));
    return this.changed();
  }

  /** @param {BoardEvent} event */
  #applyEvent(event) {
    const { put, drop } = entityChange(event);
    if (put) this.#entities.put(put);
    if (drop) this.#entities.drop(drop), this.badges.delete(drop.id), this.summaries.delete(drop.id);
    if (put && event.actor?.id !== this.#session.account.id && isNews(event)) this.#addBadge(event);
    if (event.at) this.at = event.at;
    if (event.command) this.#session.outbox.eventApplied(event.command);
    this.#events.push(event);
    this.#moveTo(event.seq);
  }

  /** @param {number} seq */
  #moveTo(seq) {
    this.seq = seq;
    this.#freshnessTracker.applied(this);
    this.#session.outbox.applied(this.id, seq);
  }

  /** @param {BadgeEvent} event */
  #addBadge(event) {
    this.badges.set(event.id, addToBadge(this.badges.get(event.id), event));
  }

  // A snapshot instead of a catch-up shows changes without their authors.
  /** @param {Entities} before @param {number | null} from */
  #addBadgesForDifferences(before, from) {
    if (from === null) return;
    for (const { kind, id, seq } of this.#entities) {
      if (seq <= from || before.get(id)?.seq === seq) continue;
      this.#addBadge({ id, type: before.get(id) ? `${kind}.updated` : `${kind}.added`, actor: null, at: null, changes: [] });
    }
    for (const id of this.badges.keys()) if (!this.#entities.get(id)) this.badges.delete(id);
  }

  /** @param {Head} head */
  #onSubscribed({ epoch, seq }) {
    this.#pendingSince = null;
    this.#isForbidden = false;
    this.#isFollowing = true;
    // Being ahead is fine, because the previous subscription may have delivered more; being behind or in another epoch is not.
    if (this.epoch !== epoch || (this.seq ?? 0) < seq) return this.subscribe({ fresh: true });
    this.#readAt ??= serverNow();
    this.#freshnessTracker.followed();
    this.#sendPresence();
    return this.changed();
  }

  /** @param {{ reason: string }} options */
  #onUnsubscribed({ reason }) {
    if (reason === "forbidden") this.#onForbidden();
  }

  /** @param {ErrorFrame} frame */
  #onError({ code }) {
    if (this.#pendingSince === null) return;
    this.#pendingSince = null;
    if (code === "not_found" || code === "forbidden") this.#onForbidden();
  }

  // Access has ended: remove everything of this board from the page and from memory.
  #onForbidden() {
    this.#isFollowing = false;
    this.#isForbidden = true;
    this.#entities = new Entities();
    this.badges.clear();
    this.summaries.clear();
    this.presence = { count: 0, people: [] };
    this.epoch = this.seq = this.at = this.#readAt = null;
    this.#freshnessTracker = new Freshness();
    this.changed();
  }

  /** @param {{ searches: { [search: string]: Summary } }} options */
  #onSummary({ searches }) {
    for (const [id, summary] of Object.entries(searches)) this.summaries.set(id, summary);
    this.changed();
  }

  // While an answer is pending, frames of the previous subscription may still show gaps: they need no new subscription.
  /** @param {{ fresh?: boolean }} [options] */
  #resubscribe(options) {
    if (this.#isForbidden || (this.#pendingSince !== null && Date.now() - this.#pendingSince < SUBSCRIBE_TIMEOUT_MS)) return;
    this.subscribe(options);
  }

  #sendPresence() {
    if (!this.#ownPresence || this.#pendingSince !== null) return;
    const { card, editing } = this.#ownPresence;
    this.#session.transmit({ type: "presence", board: this.id, card, editing });
  }
}
