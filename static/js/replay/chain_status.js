/* Status of the hash chain beside the history: the server verifies the journal, and this shows up to where it holds. */

import { get, orNull } from "../core/connection/api.js";
import { n, t } from "../core/i18n.js";

const ASK_EVERY_MS = 60_000; // the journal grows meanwhile; a result stays valid for its part
const SHOWN = 16; // digits of a hash that are shown; the title has all of them

export class ChainStatus {
  #find;
  #board;
  #asking = false;

  /**
   * @param {any} find () -> element that only this class writes to, or null; it is another one after access was regained
   * @param {string} board
   */
  constructor(find, board) {
    this.#find = find;
    this.#board = board;
  }

  connect() {
    setInterval(() => document.hidden || this.ask(), ASK_EVERY_MS);
    this.ask();
    return this;
  }

  async ask() {
    if (this.#asking) return; // a long chain is verified in several requests
    this.#asking = true;
    const result = await orNull(get(`/api/v1/boards/${this.#board}/chain`)), place = this.#find();
    this.#asking = false;
    if (!place) return;
    place.textContent = statusText(result);
    place.title = result?.head ?? "";
    place.classList.toggle("problem", result !== null && !result.holds);
    place.dataset.verified = result === null ? "unknown" : result.holds;
  }
}

/** @param {any} result {seq, head, holds, fault?}, or null without an answer */
function statusText(result) {
  if (result === null) return t("Integrity could not be checked.");
  if (!result.holds) return t("Integrity check failed: {fault}.", { fault: result.fault });
  return n("Integrity verified, {count} event: {head}…", "Integrity verified, {count} events: {head}…", result.seq, { head: result.head.slice(0, SHOWN) });
}
