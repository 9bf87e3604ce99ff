/* Drafts: typed but unsent text, stored for one account across reloads and ended sessions (see vault.js). They never contain the
   identity of a source. */

import { ROOT, prefix, storage } from "./storage.js";
import { vault } from "./vault.js";

const ID_LENGTH = 36, ID = /^[0-9a-f-]{36}$/;
const SOURCE = new Set(["source_name", "source_contact"]);

/**
 * Return the draft of one form, e.g. draft("task.add:" + board).
 * @param {string} name
 */
export function draft(name) {
  const key = `${prefix()}draft:${name}`;
  return {
    /** the last saved object, or null */
    load: () => vault.read(key),
    save: (/** @type {any} */ object) => vault.write(key, object),
    clear: () => vault.remove(key),
    /** call fn(object) when the draft becomes readable, if it was not when load() was called */
    whenLoaded: (/** @type {(value: any) => void} */ fn) => vault.whenLoaded(key, fn),
    /** call fn() when another tab sends or discards the draft */
    whenRemoved: (/** @type {() => void} */ fn) => vault.whenRemoved(key, fn),
  };
}

/** Remove the drafts of a board that was erased. @param {string} board */
export function forgetDrafts(board) {
  vault.whenOpened(() => vault.keys("draft:").filter((key) => key.startsWith(`${prefix()}draft:${board}:`)).forEach((key) => vault.remove(key)));
}

/** Return the boards that have drafts of this account. */
export function draftBoards() {
  const start = `${prefix()}draft:`.length;
  return vault.keys("draft:").map((key) => key.slice(start, start + ID_LENGTH)).filter((text) => ID.test(text));
}

/** Return the number of drafts of this account in this browser. */
export const countDrafts = () => vault.keys("draft:").length;

/** Return the readable drafts of this account, by name. */
export function readDrafts() {
  const keyPrefix = `${prefix()}draft:`;
  return Object.fromEntries(vault.keys("draft:").map((key) => [key.slice(keyPrefix.length), vault.read(key)]));
}

/** Remove the names and contacts of sources that earlier versions stored in plain text, for any account. */
export function removePlainSources() {
  for (const key of storage.keys(ROOT)) {
    const value = key.includes(":draft:") ? storage.read(key) : null;
    if (value !== null && value.sealed === undefined) storage.write(key, withoutSource(value));
  }
}

/** @param {any} value */
function withoutSource(value) {
  if (Array.isArray(value.mine)) {
    const mine = value.mine.filter((/** @type {[string]} */ [path]) => !SOURCE.has(path));
    return { ...value, mine, isCut: value.isCut || mine.length < value.mine.length };
  }
  return "contact" in value ? { ...value, name: "", contact: "", isCut: value.isCut || Boolean(value.name || value.contact) } : value;
}
