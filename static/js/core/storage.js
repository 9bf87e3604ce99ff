/* localStorage, for one account at a time, with values as JSON. A browser may refuse it (full, private mode):
   nothing here throws; what could not be kept is answered with false, and remembered in `storage.failed`. */

const ROOT = "searchboard:";
let account = null;
let closed = false;

/** From here on, keys are this account's. */
export function setAccount(id) {
  account = id;
  closed = false;
}

/** After sign-out nothing more is kept: a form still open in a tab must not write behind the wiping. */
export function close() {
  closed = true;
}

/** Everything of this account, gone: drafts, outbox, tabs. */
export function clearAll() {
  for (const key of storage.keys(prefix())) storage.remove(key);
}

export const prefix = () => `${ROOT}${account}:`;
/** Told across tabs by the storage event; its value is the account that signed out. */
export const SIGNED_OUT = `${ROOT}signed-out`;
export { ROOT };

export const storage = {
  failed: false,
  /** Called when `failed` turned: what is typed is, or is no longer, at the mercy of a reload. */
  onChange: () => {},

  read(key) {
    try {
      return JSON.parse(globalThis.localStorage.getItem(key));
    } catch {
      return null;
    }
  },

  write(key, value) {
    if (closed) return false;
    try {
      globalThis.localStorage.setItem(key, JSON.stringify(value));
      setFailed(false);
      return true;
    } catch {
      setFailed(true);
      return false;
    }
  },

  remove(key) {
    try {
      globalThis.localStorage.removeItem(key);
    } catch {
      // it was never kept
    }
  },

  keys(start) {
    try {
      return Object.keys(globalThis.localStorage).filter((key) => key.startsWith(start));
    } catch {
      return [];
    }
  },
};

function setFailed(failed) {
  if (storage.failed === failed) return;
  storage.failed = failed;
  storage.onChange();
}
