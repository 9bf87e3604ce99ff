/* What this browser keeps of what an account typed: drafts, and commands that wait for their answer. On the disk it is encrypted, by
   a key that the server gives to the account's sessions alone; here it is in memory, so that reading it takes no time. Until the key
   is there, what was kept before waits unread, and what is typed is in memory only. */

import { canEncrypt, keyFrom, seal, unseal } from "./cipher.js";
import { askForKey } from "./draft_key.js";
import { prefix, storage } from "./storage.js";

const KINDS = ["draft:", "outbox:"];
const READY_WITHIN = 3_000; // ms: without an answer by then, the page begins without what was kept
const UNREADABLE = Symbol("unreadable");

export class Vault {
  state = "waiting";     // for the key; "open"; "memory": a browser that does not encrypt here keeps nothing
  turned = () => {};     // called when `state` is another
  #key = null;
  #values = new Map();   // place -> value
  #writes = new Map();   // place -> true: to be written; false: to be removed
  #failed = new Set();   // places that could not be written last
  #working = null;
  #late = new Map();     // place -> fn(value)
  #whenOpened = [];

  /** -> Promise: what was kept can be read, or it is known that the page has to begin without it. */
  begin(account) {
    addEventListener("storage", this.#heard);
    if (!canEncrypt()) return this.#remember();
    return new Promise((ready) => {
      setTimeout(ready, READY_WITHIN);
      askForKey(account, ready).then((key) => (key === null ? undefined : this.#open(key))).then(ready);
    });
  }

  /** fn() once what was kept can be read. */
  whenOpened(fn) {
    if (this.state === "open" || this.state === "memory") fn();
    else this.#whenOpened.push(fn);
  }

  /** fn(value) where something was kept at a place that could not be read when it was asked for. */
  late(place, fn) {
    if (this.state === "waiting") this.#late.set(place, fn);
  }

  read(place) {
    return this.#values.get(place) ?? null;
  }

  /** The same as it is on the disk, where another tab may have written it just now. */
  async readAgain(place) {
    const value = await this.#kept(place);
    return value === UNREADABLE ? null : value;
  }

  /** -> Promise of whether it is on the disk. It is read from now on, and may be changed in place: it is written as it is then. */
  write(place, value) {
    this.#values.set(place, value);
    this.#writes.set(place, true);
    return this.#flush().then(() => this.state === "open" && !this.#failed.has(place));
  }

  remove(place) {
    this.#values.delete(place);
    this.#writes.set(place, false);
    this.#flush();
  }

  /** Places of a kind, whether they can be read or not. */
  places(kind) {
    const start = `${prefix()}${kind}`;
    return [...new Set([...storage.keys(start), ...[...this.#values.keys()].filter((place) => place.startsWith(start))])];
  }

  /** What the disk says of an entry of the outbox without the key: {owner, order, status}, or null. */
  label(place) {
    const { owner, order, status } = storage.read(place) ?? {};
    return owner === undefined ? null : { owner, order, status };
  }

  /** -> Promise: all of it is on the disk, as far as it can be. */
  settled() {
    return this.#flush();
  }

  async #open(text) {
    this.#key = await keyFrom(text);
    const places = this.#places();
    const values = await Promise.all(places.map((place) => this.#kept(place)));
    this.state = "open";
    places.forEach((place, at) => this.#take(place, values[at]));
    for (const fn of this.#whenOpened) fn();
    places.forEach((place, at) => values[at] !== UNREADABLE && this.#late.get(place)?.(values[at]));
    this.#late.clear();
    this.turned();
    return this.#flush();
  }

  /** Nothing can be encrypted here: nothing is kept. What an earlier version kept in the clear is taken over once. */
  #remember() {
    this.state = "memory";
    for (const place of this.#places()) {
      const value = storage.read(place);
      if (value === null || isSealed(value)) continue;
      this.#values.set(place, value);
      storage.remove(place);
    }
    this.turned();
    return Promise.resolve();
  }

  /** What was typed before it could be read stands; to whom it belongs puts them together (see `late`). */
  #take(place, value) {
    if (value === UNREADABLE) return;
    if (this.#writes.get(place) === false) this.#writes.delete(place); // what was removed was not this one, which nobody could see
    if (!this.#values.has(place)) this.#values.set(place, value);
    if (!isSealed(storage.read(place))) this.#writes.set(place, true); // of an earlier version
  }

  #places() {
    return KINDS.flatMap((kind) => storage.keys(`${prefix()}${kind}`));
  }

  async #kept(place) {
    const kept = storage.read(place);
    return isSealed(kept) ? unseal(this.#key, place, kept.sealed).catch(() => UNREADABLE) : kept;
  }

  /** Another tab of this account wrote something. */
  #heard = async ({ key: place, newValue }) => {
    if (this.#key === null || !KINDS.some((kind) => place?.startsWith(`${prefix()}${kind}`))) return;
    if (newValue === null && !this.#writes.has(place)) this.#values.delete(place);
    const value = newValue === null ? UNREADABLE : await this.#kept(place);
    if (value !== UNREADABLE && value !== null && !this.#writes.has(place)) this.#values.set(place, value);
  };

  #flush() {
    if (this.state !== "open") return Promise.resolve();
    this.#working ??= this.#work().finally(() => (this.#working = null));
    return this.#working;
  }

  async #work() {
    await null; // what is done in one go is written in one go: a text is in the outbox before its draft is gone
    while (this.#writes.size) {
      const batch = [...this.#writes].map(([place, isThere]) => [place, isThere ? this.#values.get(place) : null]);
      this.#writes.clear();
      const records = await Promise.all(batch.map(([place, value]) => value && this.#record(place, value)));
      batch.forEach(([place], at) => records[at] && this.#put(place, records[at]));
      batch.forEach(([place], at) => !records[at] && !this.#writes.has(place) && storage.remove(place));
    }
  }

  #put(place, record) {
    if (this.#writes.get(place) === false) return; // gone meanwhile
    if (storage.write(place, record)) this.#failed.delete(place);
    else this.#failed.add(place);
  }

  async #record(place, value) {
    const sealed = await seal(this.#key, place, value);
    if (!place.startsWith(`${prefix()}outbox:`)) return { sealed };
    const { owner, order, status } = value;
    return { owner, order, status, sealed };
  }
}

const isSealed = (value) => typeof value?.sealed === "string";

export const vault = new Vault();
