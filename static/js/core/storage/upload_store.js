/* Files that wait to be sent, in a database of this browser, one for each account. Bytes and names are encrypted with the key of
   the drafts (vault.js). Where the browser cannot encrypt, nothing is stored: a reload then loses what was not sent. */

import { vault } from "./vault.js";

const STRIPE = 1_048_576; // bytes: encrypted and read as one
const DATABASE = "searchboard-uploads:";

/** @param {string} account */
const nameOf = (account) => `${DATABASE}${account}`;

/** Delete what waits for an account. @param {string} account @returns {Promise<void>} */
export const clearUploads = (account) => new Promise((done) => {
  if (!globalThis.indexedDB) return done();
  const asked = indexedDB.deleteDatabase(nameOf(account));
  asked.onsuccess = asked.onerror = asked.onblocked = () => done();
});

/** @implements {UploadStore} */
export class EncryptedUploads {
  #account;
  /** @type {Promise<IDBDatabase | null> | null} */ #opened = null;
  /** @type {Promise<unknown>} */ #last = Promise.resolve(); // writes follow each other

  /** @param {string} account */
  constructor(account) {
    this.#account = account;
  }

  /** Return what is stored and can be read. @returns {Promise<UploadItem[]>} */
  async all() {
    const records = await this.#run("items", "readonly", (store) => store.getAll());
    const items = await Promise.all((records ?? []).map((/** @type {StoredUpload} */ record) => this.#read(record)));
    return items.filter(Boolean);
  }

  /** Return an item as it is now, or null if it is gone. @param {string} id */
  async get(id) {
    const record = await this.#run("items", "readonly", (store) => store.get(id));
    return record?.sealed ? this.#read(record) : null;
  }

  /** @param {UploadItem} item @param {Blob} file @returns {Promise<boolean>} whether it survives a reload */
  async keep(item, file) {
    try {
      for (let start = 0; start < file.size; start += STRIPE) {
        const bytes = new Uint8Array(await file.slice(start, start + STRIPE).arrayBuffer());
        const key = `${item.id}/${start / STRIPE}`;
        const sealed = await vault.sealBytes(this.#seal(key), bytes);
        if (!sealed || !(await this.#run("bytes", "readwrite", (store) => store.put(sealed, key)))) return false;
      }
      return await this.put(item);
    } catch {
      return false; // full, or private mode
    }
  }

  /** @param {UploadItem} item @returns {Promise<boolean>} */
  put(item) {
    const { isKept: _, ...kept } = item;
    const written = this.#last.then(async () => {
      const sealed = await vault.sealText(this.#seal(item.id), kept);
      return Boolean(sealed && (await this.#run("items", "readwrite", (store) => store.put({ id: item.id, sealed }))));
    }).catch(() => false);
    this.#last = written;
    return written;
  }

  /** @param {string} id @param {number} start @param {number} end */
  async bytes(id, start, end) {
    const parts = [];
    for (let stripe = Math.floor(start / STRIPE); stripe * STRIPE < end; stripe += 1) {
      const key = `${id}/${stripe}`, sealed = await this.#run("bytes", "readonly", (store) => store.get(key));
      const plain = await vault.openBytes(this.#seal(key), sealed), from = stripe * STRIPE;
      parts.push(plain.subarray(Math.max(0, start - from), Math.min(plain.length, end - from)));
    }
    return new Uint8Array(await new Blob(parts).arrayBuffer());
  }

  /** @param {string} id @returns {Promise<unknown>} */
  remove(id) {
    return this.#last = this.#last.then(async () => {
      await this.#run("items", "readwrite", (store) => store.delete(id));
      await this.#run("bytes", "readwrite", (store) => store.delete(IDBKeyRange.bound(`${id}/`, `${id}/\uffff`)));
    }).catch(() => {});
  }

  /** Keep the bytes of an item under its new id. @param {string} from @param {UploadItem} to */
  async rename(from, to) {
    const bytes = await this.bytes(from, 0, to.size).catch(() => null);
    await this.remove(from);
    if (bytes) await this.keep(to, new Blob([bytes]));
  }

  /** @param {StoredUpload} record @returns {Promise<UploadItem | null>} */
  async #read({ id, sealed }) {
    const item = await vault.openText(this.#seal(id), sealed).catch(() => null); // of another key
    return item && { ...item, isKept: true, isResumed: true };
  }

  /** @param {string} name */
  #seal(name) {
    return `${nameOf(this.#account)}/${name}`;
  }

  /**
   * @param {string} name of the object store
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest} ask
   * @returns {Promise<any>} null where there is no database
   */
  async #run(name, mode, ask) {
    const database = await (this.#opened ??= this.#open());
    if (!database || vault.state !== "open") return null;
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode), asked = ask(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(asked.result ?? (mode === "readwrite"));
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  /** @returns {Promise<IDBDatabase | null>} */
  #open() {
    return new Promise((resolve) => {
      if (!globalThis.indexedDB) return resolve(null);
      const asked = indexedDB.open(nameOf(this.#account), 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("items", { keyPath: "id" });
        asked.result.createObjectStore("bytes");
      };
      asked.onsuccess = () => {
        asked.result.onversionchange = () => asked.result.close(); // signed out in another tab
        resolve(asked.result);
      };
      asked.onerror = () => resolve(null);
    });
  }
}
