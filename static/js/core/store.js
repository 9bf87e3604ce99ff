/* What is true on one board, as far as applied. The server alone says what is true: the sender's own change comes back as an event too. */

import { APPLY, Entities, GAP, OTHER_EPOCH, SEEN, entityChange, compareSeq } from "./sequence.js";
import { addToBadge } from "./change_badges.js";
import { Freshness } from "./freshness.js";
import { serverNow } from "./time.js";

const ASK_AGAIN = 10_000;   // ms without an answer to a subscription: ask again
const ASK_AFTER_ERROR = 2_000; // ms: the answer was an error of the moment
const ASK_FORBIDDEN = 15_000; // ms, and up to half as much again: the right to see it may be given back
const HIDDEN_FRAME = 250;   // ms: a hidden page gets no animation frames, and still has to be told

export class Board {
  id;
  epoch = null;
  seq = null;
  at = null;
  presence = { count: 0, people: [] };
  summaries = new Map();
  badges = new Map();

  #session;
  #entities = new Entities();
  #partialSnapshot = null;          // entities of a snapshot that is still coming
  #pendingSince = null;        // a subscription was asked for and is not answered
  #subscribeSentAt = 0;           // the last time that one was asked for
  #following = false;
  #ownPresence = null;          // where this person is: {card, editing}
  #forbidden = false;
  #forbiddenRetryMs = ASK_FORBIDDEN * (1 + Math.random() / 2); // one that loses many readers is not asked by all of them at once
  #freshnessTracker;
  #readAt = null;         // Date: the first snapshot's answer; nothing before the first proof is newer
  #notifiedState = "";            // the freshness that watchers were told
  #watchers = new Set();
  #freshnessWatchers = new Set();   // told of each heartbeat, which alone is no reason to draw a board
  #events = [];
  #frame = null;

  /** desk: {account, outbox, transmit(frame) -> boolean, met(things)} */
  constructor(id, session, freshness = new Freshness()) {
    this.id = id;
    this.#session = session;
    this.#freshnessTracker = freshness;
  }

  // --- what views read

  get(id) {
    return this.#entities.get(id);
  }

  of(kind) {
    return this.#entities.of(kind);
  }

  /** How many there are of these kinds. */
  count(kinds) {
    return kinds.reduce((sum, kind) => sum + this.#entities.size(kind), 0);
  }

  get freshness() {
    const state = this.#forbidden ? "forbidden" : this.#freshnessTracker.state(this.seq !== null);
    return { state, since: this.#freshnessTracker.at ?? this.#readAt, seq: this.seq, provenAt: this.#freshnessTracker.at, proven: this.#freshnessTracker.proven };
  }

  get pending() {
    return this.#session.outbox.pending(this.id);
  }

  watch(fn) {
    this.#watchers.add(fn);
    return () => this.#watchers.delete(fn);
  }

  /** fn(board) after each heartbeat: `provenAt` has moved. -> unwatch */
  watchFreshness(fn) {
    this.#freshnessWatchers.add(fn);
    return () => this.#freshnessWatchers.delete(fn);
  }

  // --- what views do

  /** -> Promise of {seqs, opened?}; rejects with Refused. Kept and sent again until there is an answer. */
  send(name, data, { base, epoch = this.epoch } = {}) {
    return this.#session.outbox.add(this.id, name, data, { base, epoch });
  }

  discard(id) {
    this.#session.outbox.discard(id);
  }

  clearBadge(id) {
    if (this.badges.delete(id)) this.changed();
  }

  setPresence(card, editing = false) {
    this.#ownPresence = { card, editing };
    this.#sendPresence();
  }

  // --- the line

  /** From our position if there is one, else from a snapshot. Asked once until answered. */
  subscribe({ fresh = false } = {}) {
    const known = this.seq !== null && !fresh;
    this.#partialSnapshot = null;
    const asked = this.#session.transmit({ type: "subscribe", board: this.id, ...(known ? { epoch: this.epoch, after: this.seq } : {}) });
    this.#subscribeSentAt = Date.now();
    this.#pendingSince = asked ? this.#subscribeSentAt : null;
  }

  onClose() {
    this.#following = false;
    this.#pendingSince = null;
    this.#partialSnapshot = null;
    this.#freshnessTracker.lost();
    this.changed();
  }

  /** A frame that names this board. */
  receive(frame) {
    switch (frame.type) {
      case "snapshot": return this.#onSnapshot(frame);
      case "events": return this.#applyEvents(frame);
      case "subscribed": return this.#onSubscribed(frame);
      case "unsubscribed": return this.#onUnsubscribed(frame);
      case "error": return this.#onError(frame);
      case "presence": this.presence = { count: frame.count, people: frame.people }; return this.changed();
      case "summary": return this.#onSummary(frame);
      default: return undefined; // a newer server's: not ours to judge
    }
  }

  /** The database's head of this board, in a heartbeat of server time `at`; `sent`: a reading before which it was not sent. */
  onHeads(head, at, sent) {
    const behind = this.#freshnessTracker.heads(head, at, this, sent);
    if (this.epoch !== null && head.epoch !== this.epoch) this.#resubscribe({ fresh: true });
    else if (behind) this.#resubscribe();
    for (const fn of this.#freshnessWatchers) fn(this);
    if (this.freshness.state !== this.#notifiedState) this.changed();
  }

  /** Time alone makes what is shown untrue: called once a second. */
  tick() {
    if (!this.#following && Date.now() - this.#subscribeSentAt > this.#retryMs) this.subscribe();
    if (this.freshness.state !== this.#notifiedState) this.changed();
  }

  /** A person looks at it again: whether it may be seen by now is asked at once. */
  recheck() {
    if (this.#forbidden && Date.now() - this.#subscribeSentAt > ASK_AFTER_ERROR) this.subscribe();
    this.tick();
  }

  /** Tell the watchers, once per frame that is drawn. */
  changed() {
    if (this.#frame !== null) return;
    const later = globalThis.document && !document.hidden ? requestAnimationFrame : (fn) => setTimeout(fn, HIDDEN_FRAME);
    this.#frame = later(() => this.#notify());
  }

  /** A page that is hidden with a frame asked for gets it only when it is shown again: ask anew, by the other clock. */
  hidden() {
    if (this.#frame === null) return;
    this.#frame = null;
    this.changed();
  }

  get #retryMs() {
    if (this.#forbidden) return this.#forbiddenRetryMs;
    return this.#pendingSince === null ? ASK_AFTER_ERROR : ASK_AGAIN;
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
        reportError(error); // one view's fault must not silence the others
      }
    }
  }

  #onSnapshot({ epoch, seq, entities, more }) {
    // The server may begin anew in the middle of a snapshot, when rights have changed: nothing of the one before may stay.
    if (this.#partialSnapshot?.epoch !== epoch || this.#partialSnapshot.seq !== seq) this.#partialSnapshot = { epoch, seq, entities: [] };
    this.#partialSnapshot.entities.push(...entities);
    if (more) return;
    const before = this.#entities, from = this.seq, sameEpoch = epoch === this.epoch;
    this.#entities = Entities.from(this.#partialSnapshot.entities);
    this.#partialSnapshot = null;
    this.epoch = epoch;
    this.at = sameEpoch ? this.at : null;
    this.#moveTo(seq);
    this.#addBadgesForDifferences(before, sameEpoch ? from : null);
    this.#session.ensureAccounts(this.#entities);
    this.changed();
  }

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

  #applyEvent(event) {
    const { put, drop } = entityChange(event);
    if (put) this.#entities.put(put);
    if (drop) this.#entities.drop(drop), this.badges.delete(drop.id), this.summaries.delete(drop.id);
    if (put && event.actor?.id !== this.#session.account.id) this.#addBadge(event);
    if (event.at) this.at = event.at;
    if (event.command) this.#session.outbox.eventApplied(event.command);
    this.#events.push(event);
    this.#moveTo(event.seq);
  }

  #moveTo(seq) {
    this.seq = seq;
    this.#freshnessTracker.applied(this);
    this.#session.outbox.applied(this.id, seq);
  }

  #addBadge(event) {
    this.badges.set(event.id, addToBadge(this.badges.get(event.id), event));
  }

  // After a snapshot in place of a catch-up it is known that these changed, but not by whom.
  #addBadgesForDifferences(before, from) {
    if (from === null) return;
    for (const { kind, id, seq } of this.#entities) {
      if (seq <= from || before.get(id)?.seq === seq) continue;
      this.#addBadge({ id, type: before.get(id) ? `${kind}.updated` : `${kind}.added`, actor: null, at: null, changes: [] });
    }
    for (const id of this.badges.keys()) if (!this.#entities.get(id)) this.badges.delete(id);
  }

  #onSubscribed({ epoch, seq }) {
    this.#pendingSince = null;
    this.#forbidden = false;
    this.#following = true;
    // ahead is no fault: the subscription before may have brought more. Behind, or another epoch, is one.
    if (this.epoch !== epoch || this.seq < seq) return this.subscribe({ fresh: true });
    this.#readAt ??= serverNow();
    this.#freshnessTracker.followed();
    this.#sendPresence();
    return this.changed();
  }

  #onUnsubscribed({ reason }) {
    if (reason === "forbidden") this.#onForbidden();
  }

  #onError({ code }) {
    if (this.#pendingSince === null) return;
    this.#pendingSince = null;
    if (code === "not_found" || code === "forbidden") this.#onForbidden();
  }

  // The right to see it has ended: nothing of it may stay on the screen or in memory.
  #onForbidden() {
    this.#following = false;
    this.#forbidden = true;
    this.#entities = new Entities();
    this.badges.clear();
    this.summaries.clear();
    this.presence = { count: 0, people: [] };
    this.epoch = this.seq = this.at = this.#readAt = null;
    this.#freshnessTracker = new Freshness();
    this.changed();
  }

  #onSummary({ searches }) {
    for (const [id, summary] of Object.entries(searches)) this.summaries.set(id, summary);
    this.changed();
  }

  // While an answer is awaited, frames of the subscription before may still show gaps: they are no reason to ask again.
  #resubscribe(options) {
    if (this.#forbidden || (this.#pendingSince !== null && Date.now() - this.#pendingSince < ASK_AGAIN)) return;
    this.subscribe(options);
  }

  #sendPresence() {
    if (!this.#ownPresence || this.#pendingSince !== null) return;
    const { card, editing } = this.#ownPresence;
    this.#session.transmit({ type: "presence", board: this.id, card, editing });
  }
}
