/* Search that this person has just opened in this tab. Its board starts with a list of first steps. */

const KEY = "searchboard:just-opened"; // in the session storage

/** Remember a new search, before its board opens. @param {string} search */
export function rememberOpened(search) {
  try {
    sessionStorage.setItem(KEY, search);
  } catch {
    // the board opens without the first steps
  }
}

/** @param {string} search */
export function isJustOpened(search) {
  try {
    return sessionStorage.getItem(KEY) === search;
  } catch {
    return false;
  }
}

/** Forget the new search, which ends the first steps. */
export function forgetOpened() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // nothing was remembered
  }
}
