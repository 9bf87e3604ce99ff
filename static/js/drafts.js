/* What was typed and not yet sent, kept in this browser for one account, over reloads and ended sessions.
   Wiped at sign-out: desks are shared. */

import { prefix, storage } from "./storage.js";

/** draft("task.add:" + board) -> {load, save, clear}. One form, one key. */
export function draft(key) {
  const place = `${prefix()}draft:${key}`;
  return {
    /** -> the object saved last, or null */
    load: () => storage.read(place),
    /** -> false where this browser could not keep it (full, or forbidden): the form should say so */
    save: (object) => storage.write(place, object),
    clear: () => storage.remove(place),
  };
}

/** -> how many drafts this account has here. */
export const kept = () => storage.keys(`${prefix()}draft:`).length;
