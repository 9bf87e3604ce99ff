/* Unsent files in a browser database, one per account. Bytes and names are encrypted with the key of the drafts (vault.js). If the
   browser cannot encrypt, nothing is stored, and a reload loses unsent files. */

import { vault } from "./vault.js";

const STRIPE = 1_048_576; // bytes per encrypted block
const DATABASE = "searchboard-uploads:";

/** @param {string} account */
const databaseName = (account) => `${DATABASE}${account}`;

/** Delete the unsent files of an account. @param {string} account @returns {Promise<void>} */
export const clearUploads = (account) => new Promise((resolve) => {
  if (!globalThis.indexedDB) return resolve();
  const request = indexedDB.deleteDatabase(databaseName(account));
  request.onsuccess = request.onerror = request.onblocked = () => resolve();
});

/** @implements {UploadStore} */
export class EncryptedUploads {
  #account;
  /** @type {Promise<IDBDatabase | null> | null} */ #opening = null;
  /** @type {Promise<unknown>} */ #last = Promise.resolve(); // writes run in turn

  /** @param {string} account */
  constructor(account) {
    this.#account = account;
  }

  /** Return the stored items that can be read. @returns {Promise<UploadItem[]>} */
  async all() {
    const records = await this.#run("items", "readonly", (store) => store.getAll());
    const items = await Promise.all((records ?? []).map((/** @type {StoredUpload} */ record) => this.#read(record)));
    return items.filter(Boolean);
  }

  /** Return the current version of an item, or null if it is gone. @param {string} id */
  async get(id) {
    const record = await this.#run("items", "readonly", (store) => store.get(id));
    return record?.sealed ? this.#read(record) : null;
  }

  /** @param {UploadItem} item @param {Blob} file @returns {Promise<boolean>} true if it survives a reload */
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
    const { isKept: _, ...storedItem } = item;
    const writing = this.#last.then(async () => {
      const sealed = await vault.sealText(this.#seal(item.id), storedItem);
      return Boolean(sealed && (await this.#run("items", "readwrite", (store) => store.put({ id: item.id, sealed }))));
    }).catch(() => false);
    this.#last = writing;
    return writing;
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

  /** Store the bytes of an item under its new id. @param {string} from @param {UploadItem} to */
  async rename(from, to) {
    const bytes = await this.bytes(from, 0, to.size).catch(() => null);
    await this.remove(from);
    if (bytes) await this.keep(to, new Blob([bytes]));
  }

  /** @param {StoredUpload} record @returns {Promise<UploadItem | null>} */
  async #read({ id, sealed }) {
    const item = await vault.openText(this.#seal(id), sealed).catch(() => null); // encrypted with another key
    return item && { ...item, isKept: true, isResumed: true };
  }

  /** @param {string} name */
  #seal(name) {
    return `${databaseName(this.#account)}/${name}`;
  }

  /**
   * @param {string} name name of the object store
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest} startRequest
   * @returns {Promise<any>} null if there is no database
   */
  async #run(name, mode, startRequest) {
    const database = await (this.#opening ??= this.#open());
    if (!database || vault.state !== "open") return null;
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode), request = startRequest(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request.result ?? (mode === "readwrite"));
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  /** @returns {Promise<IDBDatabase | null>} */
  #open() {
    return new Promise((resolve) => {
      if (!globalThis.indexedDB) return resolve(null);
      const request = indexedDB.open(databaseName(this.#account), 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("items", { keyPath: "id" });
        request.result.createObjectStore("bytes");
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close(); // signed out in another tab
        resolve(request.result);
      };
      request.onerror = () => resolve(null);
    });
  }
}
