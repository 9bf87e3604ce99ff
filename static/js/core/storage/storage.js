/* localStorage of one account, with JSON values. If the browser refuses it (full, private mode), nothing throws: a failed write
   returns false and sets `storage.failed`. */

const ROOT = "searchboard:";
/** @type {string | null} */
let account = null;
let isClosed = false;

/**
 * Use the keys of this account from now on.
 * @param {string} id
 */
export function setAccount(id) {
  account = id;
  isClosed = false;
}

/** Refuse all further writes: after sign-out, a form that is still open must not store anything. */
export function close() {
  isClosed = true;
}

/** Delete everything stored for this account: drafts, outbox, tabs. */
export function clearAll() {
  for (const key of storage.keys(prefix())) storage.remove(key);
}

export const prefix = () => `${ROOT}${account}:`;
/** Key that announces a sign-out to other tabs through the storage event; its value names the account. */
export const SIGNED_OUT = `${ROOT}signed-out`;
export { ROOT };

export const storage = {
  failed: false,
  /** Called when `failed` changes. While it is true, a reload loses typed text. */
  onChange: () => {},

  read(/** @type {string} */ key) {
    try {
      return JSON.parse(globalThis.localStorage.getItem(key) ?? "null");
    } catch {
      return null;
    }
  },

  write(/** @type {string} */ key, /** @type {unknown} */ value) {
    if (isClosed) return false;
    try {
      globalThis.localStorage.setItem(key, JSON.stringify(value));
      setFailed(false);
      return true;
    } catch {
      setFailed(true);
      return false;
    }
  },

  remove(/** @type {string} */ key) {
    try {
      globalThis.localStorage.removeItem(key);
    } catch {
      // it was never stored
    }
  },

  keys(/** @type {string} */ start) {
    try {
      return Object.keys(globalThis.localStorage).filter((key) => key.startsWith(start));
    } catch {
      return [];
    }
  },
};

/** @param {boolean} failed */
function setFailed(failed) {
  if (storage.failed === failed) return;
  storage.failed = failed;
  storage.onChange();
}
