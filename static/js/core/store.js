/* What is true on one board, as far as applied. The server alone says what is true: the sender's own change comes back as an event too. */

import { APPLY, Entities, GAP, OTHER_EPOCH, SEEN, effect, judge } from "./sequence.js";
import { marked } from "./change_badges.js";
import { Proof } from "./freshness.js";
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
  marks = new Map();

  #desk;
  #entities = new Entities();
  #parts = null;          // entities of a snapshot that is still coming
  #askedAt = null;        // a subscription was asked for and is not answered
  #triedAt = 0;           // the last time that one was asked for
  #following = false;
  #place = null;          // where this person is: {card, editing}
  #forbidden = false;
  #forbiddenPatience = ASK_FORBIDDEN * (1 + Math.random() / 2); // one that loses many readers is not asked by all of them at once
  #proof;
  #readAt = null;         // Date: the first snapshot's answer; nothing before the first proof is newer
  #shown = "";            // the freshness that watchers were told
  #watchers = new Set();
  #provers = new Set();   // told of each heartbeat, which alone is no reason to draw a board
  #events = [];
  #frame = null;

  /** desk: {account, outbox, transmit(frame) -> boolean, met(things)} */
  constructor(id, desk, proof = new Proof()) {
    this.id = id;
    this.#desk = desk;
    this.#proof = proof;
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
    const state = this.#forbidden ? "forbidden" : this.#proof.state(this.seq !== null);
    return { state, since: this.#proof.at ?? this.#readAt, seq: this.seq, provenAt: this.#proof.at, proven: this.#proof.proven };
  }

  get pending() {
    return this.#desk.outbox.pending(this.id);
  }

  watch(fn) {
    this.#watchers.add(fn);
    return () => this.#watchers.delete(fn);
  }

  /** fn(board) after each heartbeat: `provenAt` has moved. -> unwatch */
  watchProof(fn) {
    this.#provers.add(fn);
    return () => this.#provers.delete(fn);
  }

  // --- what views do

  /** -> Promise of {seqs, opened?}; rejects with Refused. Kept and sent again until there is an answer. */
  send(name, data, { base, epoch = this.epoch } = {}) {
    return this.#desk.outbox.add(this.id, name, data, { base, epoch });
  }

  retract(id) {
    this.#desk.outbox.retract(id);
  }

  seen(id) {
    if (this.marks.delete(id)) this.changed();
  }

  where(card, editing = false) {
    this.#place = { card, editing };
    this.#tellPlace();
  }

  // --- the line

  /** From our position if there is one, else from a snapshot. Asked once until answered. */
  subscribe({ fresh = false } = {}) {
    const known = this.seq !== null && !fresh;
    this.#parts = null;
    const asked = this.#desk.transmit({ type: "subscribe", board: this.id, ...(known ? { epoch: this.epoch, after: this.seq } : {}) });
    this.#triedAt = Date.now();
    this.#askedAt = asked ? this.#triedAt : null;
  }

  lineDown() {
    this.#following = false;
    this.#askedAt = null;
    this.#parts = null;
    this.#proof.lost();
    this.changed();
  }

  /** A frame that names this board. */
  receive(frame) {
    switch (frame.type) {
      case "snapshot": return this.#snapshot(frame);
      case "events": return this.#apply(frame);
      case "subscribed": return this.#subscribed(frame);
      case "unsubscribed": return this.#unsubscribed(frame);
      case "error": return this.#error(frame);
      case "presence": this.presence = { count: frame.count, people: frame.people }; return this.changed();
      case "summary": return this.#summary(frame);
      default: return undefined; // a newer server's: not ours to judge
    }
  }

  /** The database's head of this board, in a heartbeat of server time `at`; `sent`: a reading before which it was not sent. */
  heads(head, at, sent) {
    const behind = this.#proof.heads(head, at, this, sent);
    if (this.epoch !== null && head.epoch !== this.epoch) this.#again({ fresh: true });
    else if (behind) this.#again();
    for (const fn of this.#provers) fn(this);
    if (this.freshness.state !== this.#shown) this.changed();
  }

  /** Time alone makes what is shown untrue: called once a second. */
  tick() {
    if (!this.#following && Date.now() - this.#triedAt > this.#patience) this.subscribe();
    if (this.freshness.state !== this.#shown) this.changed();
  }

  /** A person looks at it again: whether it may be seen by now is asked at once. */
  recheck() {
    if (this.#forbidden && Date.now() - this.#triedAt > ASK_AFTER_ERROR) this.subscribe();
    this.tick();
  }

  /** Tell the watchers, once per frame that is drawn. */
  changed() {
    if (this.#frame !== null) return;
    const later = globalThis.document && !document.hidden ? requestAnimationFrame : (fn) => setTimeout(fn, HIDDEN_FRAME);
    this.#frame = later(() => this.#tell());
  }

  /** A page that is hidden with a frame asked for gets it only when it is shown again: ask anew, by the other clock. */
  hidden() {
    if (this.#frame === null) return;
    this.#frame = null;
    this.changed();
  }

  get #patience() {
    if (this.#forbidden) return this.#forbiddenPatience;
    return this.#askedAt === null ? ASK_AFTER_ERROR : ASK_AGAIN;
  }

  #tell() {
    this.#frame = null;
    const events = this.#events;
    this.#events = [];
    this.#shown = this.freshness.state;
    for (const fn of this.#watchers) {
      try {
        fn(this, events);
      } catch (error) {
        reportError(error); // one view's fault must not silence the others
      }
    }
  }

  #snapshot({ epoch, seq, entities, more }) {
    // The server may begin anew in the middle of a snapshot, when rights have changed: nothing of the one before may stay.
    if (this.#parts?.epoch !== epoch || this.#parts.seq !== seq) this.#parts = { epoch, seq, entities: [] };
    this.#parts.entities.push(...entities);
    if (more) return;
    const before = this.#entities, from = this.seq, sameEpoch = epoch === this.epoch;
    this.#entities = Entities.from(this.#parts.entities);
    this.#parts = null;
    this.epoch = epoch;
    this.at = sameEpoch ? this.at : null;
    this.#moveTo(seq);
    this.#markDifferences(before, sameEpoch ? from : null);
    this.#desk.met(this.#entities);
    this.changed();
  }

  #apply({ epoch, events }) {
    for (const event of events) {
      const verdict = judge(this, epoch, event.seq);
      if (verdict === APPLY) this.#applyOne(event);
      else if (verdict === GAP) return this.#again();
      else if (verdict === OTHER_EPOCH) return this.#again({ fresh: true });
      else if (verdict !== SEEN) throw new Error(verdict);
    }
    this.#desk.met(events.map(({ state, actor }) => ({ state, actor })));
    return this.changed();
  }

  #applyOne(event) {
    const { put, drop } = effect(event);
    if (put) this.#entities.put(put);
    if (drop) this.#entities.drop(drop), this.marks.delete(drop.id), this.summaries.delete(drop.id);
    if (put && event.actor?.id !== this.#desk.account.id) this.#mark(event);
    if (event.at) this.at = event.at;
    if (event.command) this.#desk.outbox.happened(event.command);
    this.#events.push(event);
    this.#moveTo(event.seq);
  }

  #moveTo(seq) {
    this.seq = seq;
    this.#proof.applied(this);
    this.#desk.outbox.applied(this.id, seq);
  }

  #mark(event) {
    this.marks.set(event.id, marked(this.marks.get(event.id), event));
  }

  // After a snapshot in place of a catch-up it is known that these changed, but not by whom.
  #markDifferences(before, from) {
    if (from === null) return;
    for (const { kind, id, seq } of this.#entities) {
      if (seq <= from || before.get(id)?.seq === seq) continue;
      this.#mark({ id, type: before.get(id) ? `${kind}.updated` : `${kind}.added`, actor: null, at: null, changes: [] });
    }
    for (const id of this.marks.keys()) if (!this.#entities.get(id)) this.marks.delete(id);
  }

  #subscribed({ epoch, seq }) {
    this.#askedAt = null;
    this.#forbidden = false;
    this.#following = true;
    // ahead is no fault: the subscription before may have brought more. Behind, or another epoch, is one.
    if (this.epoch !== epoch || this.seq < seq) return this.subscribe({ fresh: true });
    this.#readAt ??= serverNow();
    this.#proof.followed();
    this.#tellPlace();
    return this.changed();
  }

  #unsubscribed({ reason }) {
    if (reason === "forbidden") this.#forbid();
  }

  #error({ code }) {
    if (this.#askedAt === null) return;
    this.#askedAt = null;
    if (code === "not_found" || code === "forbidden") this.#forbid();
  }

  // The right to see it has ended: nothing of it may stay on the screen or in memory.
  #forbid() {
    this.#following = false;
    this.#forbidden = true;
    this.#entities = new Entities();
    this.marks.clear();
    this.summaries.clear();
    this.presence = { count: 0, people: [] };
    this.epoch = this.seq = this.at = this.#readAt = null;
    this.#proof = new Proof();
    this.changed();
  }

  #summary({ searches }) {
    for (const [id, summary] of Object.entries(searches)) this.summaries.set(id, summary);
    this.changed();
  }

  // While an answer is awaited, frames of the subscription before may still show gaps: they are no reason to ask again.
  #again(options) {
    if (this.#forbidden || (this.#askedAt !== null && Date.now() - this.#askedAt < ASK_AGAIN)) return;
    this.subscribe(options);
  }

  #tellPlace() {
    if (!this.#place || this.#askedAt !== null) return;
    const { card, editing } = this.#place;
    this.#desk.transmit({ type: "presence", board: this.id, card, editing });
  }
}
