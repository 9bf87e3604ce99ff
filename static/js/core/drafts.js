/* What was typed and not yet sent, kept in this browser for one account, over reloads and ended sessions. See vault.js.
   Who a source is, is never among it. */

import { ROOT, prefix, storage } from "./storage.js";
import { vault } from "./vault.js";

const SOURCE = new Set(["source_name", "source_contact"]);

/** draft("task.add:" + board) -> {load, save, clear, late}. One form, one key. */
export function draft(name) {
  const key = `${prefix()}draft:${name}`;
  return {
    /** -> the object saved last, or null */
    load: () => vault.read(key),
    save: (object) => vault.write(key, object),
    clear: () => vault.remove(key),
    /** fn(object) where there was one that could not be read when it was asked for */
    whenLoaded: (fn) => vault.whenLoaded(key, fn),
  };
}

/** -> how many drafts this account has here. */
export const countDrafts = () => vault.keys("draft:").length;

/** -> {key: object} of all drafts of this account that can be read. */
export function readDrafts() {
  const start = `${prefix()}draft:`;
  return Object.fromEntries(vault.keys("draft:").map((key) => [key.slice(start.length), vault.read(key)]));
}

/** Earlier versions kept drafts in the clear, and in them who calls: that goes at once, whoever's draft it is. */
export function removePlainSources() {
  for (const key of storage.keys(ROOT)) {
    const value = key.includes(":draft:") ? storage.read(key) : null;
    if (value !== null && value.sealed === undefined) storage.write(key, withoutSource(value));
  }
}

function withoutSource(value) {
  if (Array.isArray(value.mine)) {
    const mine = value.mine.filter(([path]) => !SOURCE.has(path));
    return { ...value, mine, isCut: value.isCut || mine.length < value.mine.length };
  }
  return "contact" in value ? { ...value, name: "", contact: "", isCut: value.isCut || Boolean(value.name || value.contact) } : value;
}
