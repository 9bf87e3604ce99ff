/* Encrypted storage for an account's drafts and unanswered commands. The server gives the key only to sessions of the account. Values
   are decrypted in memory, so that reading is synchronous. Until the key is available, stored values can't be read, and new ones stay
   in memory. */

import { canEncrypt, decrypt, decryptBytes, encrypt, encryptBytes, importKey } from "./cipher.js";
import { fetchDraftKey } from "./draft_key.js";
import { prefix, storage } from "./storage.js";

const KINDS = ["draft:", "outbox:"];
const READY_TIMEOUT_MS = 3_000; // ms: without a key by then, the page starts without the stored values
const UNREADABLE = Symbol("unreadable"), UNWRITABLE = Symbol("unwritable");

class Vault {
  state = "waiting";     // "waiting" for the key | "open" | "memory": this browser can't encrypt here, so nothing is stored
  onChange = () => {};     // called when `state` changes
  /** @type {CryptoKey | null} */ #key = null;
  /** @type {any} */ #values = new Map();   // key -> value
  /** @type {Map<string, boolean>} */ #queue = new Map();   // key -> true: write; false: remove
  /** @type {any} */ #failed = new Set();   // keys whose last write failed
  /** @type {Promise<void> | null} */ #writing = null;
  #whenLoaded = new Map();     // key -> fn(value)
  /** @type {Map<string, () => void>} */ #whenRemoved = new Map(); // key -> fn()
  /** @type {(() => void)[]} */ #whenOpened = [];

  /**
   * Load the key and the stored values.
   * @param {string} account
   * @returns {Promise<void>} resolves when they can be read, or when the page must start without them
   */
  begin(account) {
    addEventListener("storage", this.#onStorage);
    if (!canEncrypt()) return this.#useMemoryOnly();
    return new Promise((ready) => {
      setTimeout(ready, READY_TIMEOUT_MS);
      fetchDraftKey(account, ready).then((key) => (key === null ? undefined : this.#open(key))).then(ready);
    });
  }

  /**
   * Call fn() when stored values can be read.
   * @param {() => void} fn
   */
  whenOpened(fn) {
    if (this.state === "open" || this.state === "memory") fn();
    else this.#whenOpened.push(fn);
  }

  /**
   * Call fn(value) when a stored value becomes readable; never if it already was.
   * @param {string} key
   * @param {(value: any) => void} fn
   */
  whenLoaded(key, fn) {
    if (this.state === "waiting") this.#whenLoaded.set(key, fn);
  }

  /**
   * Call fn() when another tab removes a value because it was sent or discarded there.
   * @param {string} key
   * @param {() => void} fn
   */
  whenRemoved(key, fn) {
    this.#whenRemoved.set(key, fn);
  }

  /** @param {string} key */
  read(key) {
    return this.#values.get(key) ?? null;
  }

  /**
   * Read a value from disk again, because another tab may have written it.
   * @param {string} key
   */
  async reload(key) {
    const value = await this.#readStored(key);
    return value === UNREADABLE ? null : value;
  }

  /**
   * Store a value. It may be changed in place until it is written.
   * @param {string} key
   * @param {any} value
   * @returns {Promise<boolean>} true if it is on disk
   */
  write(key, value) {
    this.#values.set(key, value);
    this.#queue.set(key, true);
    return this.#flush().then(() => this.state === "open" && !this.#failed.has(key));
  }

  /** @param {string} key */
  remove(key) {
    this.#values.delete(key);
    this.#queue.set(key, false);
    this.#flush();
  }

  /**
   * Return the keys of a kind, readable or not, except those whose removal is queued.
   * @param {string} kind
   */
  keys(kind) {
    const start = `${prefix()}${kind}`, keys = new Set([...storage.keys(start), ...[...this.#values.keys()].filter((key) => key.startsWith(start))]);
    return [...keys].filter((key) => this.#queue.get(key) !== false);
  }

  /**
   * Return the unencrypted part of a stored outbox entry, {owner, order, status}, or null.
   * @param {string} key
   */
  label(key) {
    const { owner, order, status } = storage.read(key) ?? {};
    return owner === undefined ? null : { owner, order, status };
  }

  // For values stored elsewhere (upload_store.js): null without a key.

  /** @param {string} name @param {unknown} value */
  sealText = async (name, value) => this.#key && encrypt(this.#key, name, value);

  /** @param {string} name @param {string} text */
  openText = async (name, text) => this.#key && decrypt(this.#key, name, text);

  /** @param {string} name @param {Uint8Array<ArrayBuffer>} bytes */
  sealBytes = async (name, bytes) => this.#key && encryptBytes(this.#key, name, bytes);

  /** Throws without a key. @param {string} name @param {SealedBytes} sealed */
  openBytes = (name, sealed) => decryptBytes(/** @type {CryptoKey} */ (this.#key), name, sealed);

  /** Resolve when all writes are done or have failed. */
  flushed() {
    return this.#flush();
  }

  /** @param {string} text */
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

  /** Store nothing without encryption. Values that an earlier version stored in plain text move to memory. */
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

  /**
   * Add a stored value. A value typed before it could be read takes precedence; its owner merges both (see whenLoaded).
   * @param {string} key
   * @param {any} value
   */
  #adopt(key, value) {
    if (value === UNREADABLE) return;
    if (this.#queue.get(key) === false) this.#queue.delete(key); // the removal did not apply to this value, which nobody had seen
    if (!this.#values.has(key)) this.#values.set(key, value);
    if (!isEncrypted(storage.read(key))) this.#queue.set(key, true); // stored in plain text by an earlier version
  }

  #storedKeys() {
    return KINDS.flatMap((kind) => storage.keys(`${prefix()}${kind}`));
  }

  /** @param {string} key */
  async #readStored(key) {
    const stored = storage.read(key);
    return isEncrypted(stored) ? decrypt(/** @type {CryptoKey} */ (this.#key), key, stored.sealed).catch(() => UNREADABLE) : stored;
  }

  /**
   * Another tab of this account wrote a value.
   * @param {StorageEvent} event
   */
  #onStorage = async ({ key, newValue }) => {
    if (this.#key === null || key === null || !KINDS.some((kind) => key.startsWith(`${prefix()}${kind}`))) return;
    if (newValue === null && !this.#queue.has(key)) {
      this.#values.delete(key);
      this.#whenRemoved.get(key)?.();
    }
    const value = newValue === null ? UNREADABLE : await this.#readStored(key);
    if (value !== UNREADABLE && value !== null && !this.#queue.has(key)) this.#values.set(key, value);
  };

  #flush() {
    if (this.state !== "open") return Promise.resolve();
    this.#writing ??= this.#writeQueued();
    return this.#writing;
  }

  async #writeQueued() {
    await null; // batches the writes of one task: a text is in the outbox before its draft is removed
    try {
      while (this.#queue.size) await this.#writeBatch();
    } finally {
      this.#writing = null; // synchronously after the last check of the queue: a later write must not wait for this finished one
    }
  }

  async #writeBatch() {
    const batch = [...this.#queue].map(([key, isWrite]) => [key, isWrite ? this.#values.get(key) : null]);
    this.#queue.clear();
    const records = await Promise.all(batch.map(([key, value]) => value && this.#encryptedRecord(key, value).catch(() => UNWRITABLE)));
    batch.forEach(([key], at) => records[at] && this.#store(key, records[at]));
    batch.forEach(([key], at) => !records[at] && !this.#queue.has(key) && storage.remove(key));
  }

  /** @param {string} key @param {any} record */
  #store(key, record) {
    if (this.#queue.get(key) === false) return; // removed in the meantime
    if (record !== UNWRITABLE && storage.write(key, record)) this.#failed.delete(key);
    else this.#failed.add(key);
  }

  /** @param {string} key @param {any} value */
  async #encryptedRecord(key, value) {
    const sealed = await encrypt(/** @type {CryptoKey} */ (this.#key), key, value);
    if (!key.startsWith(`${prefix()}outbox:`)) return { sealed };
    const { owner, order, status } = value;
    return { owner, order, status, sealed };
  }
}

/** @param {any} value */
const isEncrypted = (value) => typeof value?.sealed === "string";

export const vault = new Vault();
