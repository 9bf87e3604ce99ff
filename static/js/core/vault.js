/* What this browser keeps of what an account typed: drafts, and commands that wait for their answer. On the disk it is encrypted, by
   a key that the server gives to the account's sessions alone; here it is in memory, so that reading it takes no time. Until the key
   is there, what was kept before waits unread, and what is typed is in memory only. */

import { canEncrypt, importKey, encrypt, decrypt } from "./cipher.js";
import { fetchDraftKey } from "./draft_key.js";
import { prefix, storage } from "./storage.js";

const KINDS = ["draft:", "outbox:"];
const READY_WITHIN = 3_000; // ms: without an answer by then, the page begins without what was kept
const UNREADABLE = Symbol("unreadable");

export class Vault {
  state = "waiting";     // for the key; "open"; "memory": a browser that does not encrypt here keeps nothing
  onChange = () => {};     // called when `state` is another
  #key = null;
  #values = new Map();   // place -> value
  #queue = new Map();   // place -> true: to be written; false: to be removed
  #failed = new Set();   // places that could not be written last
  #writing = null;
  #whenLoaded = new Map();     // place -> fn(value)
  #whenOpened = [];

  /** -> Promise: what was kept can be read, or it is known that the page has to begin without it. */
  begin(account) {
    addEventListener("storage", this.#onStorage);
    if (!canEncrypt()) return this.#useMemoryOnly();
    return new Promise((ready) => {
      setTimeout(ready, READY_WITHIN);
      fetchDraftKey(account, ready).then((key) => (key === null ? undefined : this.#open(key))).then(ready);
    });
  }

  /** fn() once what was kept can be read. */
  whenOpened(fn) {
    if (this.state === "open" || this.state === "memory") fn();
    else this.#whenOpened.push(fn);
  }

  /** fn(value) where something was kept at a place that could not be read when it was asked for. */
  whenLoaded(key, fn) {
    if (this.state === "waiting") this.#whenLoaded.set(key, fn);
  }

  read(key) {
    return this.#values.get(key) ?? null;
  }

  /** The same as it is on the disk, where another tab may have written it just now. */
  async reload(key) {
    const value = await this.#readStored(key);
    return value === UNREADABLE ? null : value;
  }

  /** -> Promise of whether it is on the disk. It is read from now on, and may be changed in place: it is written as it is then. */
  write(key, value) {
    this.#values.set(key, value);
    this.#queue.set(key, true);
    return this.#flush().then(() => this.state === "open" && !this.#failed.has(key));
  }

  remove(key) {
    this.#values.delete(key);
    this.#queue.set(key, false);
    this.#flush();
  }

  /** Places of a kind, whether they can be read or not. */
  keys(kind) {
    const start = `${prefix()}${kind}`;
    return [...new Set([...storage.keys(start), ...[...this.#values.keys()].filter((key) => key.startsWith(start))])];
  }

  /** What the disk says of an entry of the outbox without the key: {owner, order, status}, or null. */
  label(key) {
    const { owner, order, status } = storage.read(key) ?? {};
    return owner === undefined ? null : { owner, order, status };
  }

  /** -> Promise: all of it is on the disk, as far as it can be. */
  flushed() {
    return this.#flush();
  }

  async #open(text) {
    this.#key = await importKey(text);
    const keys = this.#storedKeys();
    const values = await Promise.all(keys.map((key) => this.#readStored(key)));
    this.state = "open";
    keys.forEach((key, at) => this.#adopt(key, values[at]));
    for (const fn of this.#whenOpened) fn();
    keys.forEach((key, at) => values[at] !== UNREADABLE && this.#whenLoaded.get(key)?.(values[at]));
    this.#whenLoaded.clear();
    this.onChange();
    return this.#flush();
  }

  /** Nothing can be encrypted here: nothing is kept. What an earlier version kept in the clear is taken over once. */
  #useMemoryOnly() {
    this.state = "memory";
    for (const key of this.#storedKeys()) {
      const value = storage.read(key);
      if (value === null || isEncrypted(value)) continue;
      this.#values.set(key, value);
      storage.remove(key);
    }
    this.onChange();
    return Promise.resolve();
  }

  /** What was typed before it could be read stands; to whom it belongs puts them together (see `late`). */
  #adopt(key, value) {
    if (value === UNREADABLE) return;
    if (this.#queue.get(key) === false) this.#queue.delete(key); // what was removed was not this one, which nobody could see
    if (!this.#values.has(key)) this.#values.set(key, value);
    if (!isEncrypted(storage.read(key))) this.#queue.set(key, true); // of an earlier version
  }

  #storedKeys() {
    return KINDS.flatMap((kind) => storage.keys(`${prefix()}${kind}`));
  }

  async #readStored(key) {
    const kept = storage.read(key);
    return isEncrypted(kept) ? decrypt(this.#key, key, kept.sealed).catch(() => UNREADABLE) : kept;
  }

  /** Another tab of this account wrote something. */
  #onStorage = async ({ key, newValue }) => {
    if (this.#key === null || !KINDS.some((kind) => key?.startsWith(`${prefix()}${kind}`))) return;
    if (newValue === null && !this.#queue.has(key)) this.#values.delete(key);
    const value = newValue === null ? UNREADABLE : await this.#readStored(key);
    if (value !== UNREADABLE && value !== null && !this.#queue.has(key)) this.#values.set(key, value);
  };

  #flush() {
    if (this.state !== "open") return Promise.resolve();
    this.#writing ??= this.#writeQueued().finally(() => (this.#writing = null));
    return this.#writing;
  }

  async #writeQueued() {
    await null; // what is done in one go is written in one go: a text is in the outbox before its draft is gone
    while (this.#queue.size) {
      const batch = [...this.#queue].map(([key, isThere]) => [key, isThere ? this.#values.get(key) : null]);
      this.#queue.clear();
      const records = await Promise.all(batch.map(([key, value]) => value && this.#encryptedRecord(key, value)));
      batch.forEach(([key], at) => records[at] && this.#store(key, records[at]));
      batch.forEach(([key], at) => !records[at] && !this.#queue.has(key) && storage.remove(key));
    }
  }

  #store(key, record) {
    if (this.#queue.get(key) === false) return; // gone meanwhile
    if (storage.write(key, record)) this.#failed.delete(key);
    else this.#failed.add(key);
  }

  async #encryptedRecord(key, value) {
    const sealed = await encrypt(this.#key, key, value);
    if (!key.startsWith(`${prefix()}outbox:`)) return { sealed };
    const { owner, order, status } = value;
    return { owner, order, status, sealed };
  }
}

const isEncrypted = (value) => typeof value?.sealed === "string";

export const vault = new Vault();
