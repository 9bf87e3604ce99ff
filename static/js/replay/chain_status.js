/* Status of the hash chain next to the history: the server verifies the journal, and this shows the result. */

import { get, orNull } from "../core/connection/api.js";
import { n, t } from "../core/i18n.js";

const ASK_EVERY_MS = 60_000; // the journal keeps growing; a result stays valid for its part
const VISIBLE_DIGITS = 16; // visible digits of a hash; the title contains all of them

export class ChainStatus {
  #find;
  #board;
  #isVerifying = false;

  /**
   * @param {any} find () -> element that only this class writes to, or null; the element changes when access is regained
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
    if (this.#isVerifying) return; // a long chain is verified in several requests
    this.#isVerifying = true;
    const result = await orNull(get(`/api/v1/boards/${this.#board}/chain`)), element = this.#find();
    this.#isVerifying = false;
    if (!element) return;
    element.textContent = statusText(result);
    element.title = result?.head ?? "";
    element.classList.toggle("problem", result !== null && !result.holds);
    element.dataset.verified = result === null ? "unknown" : result.holds;
  }
}

/** @param {any} result {seq, head, holds, fault?}, or null if there is no answer */
function statusText(result) {
  if (result === null) return t("Integrity could not be checked.");
  if (!result.holds) return t("Integrity check failed: {fault}.", { fault: result.fault });
  return n("Integrity verified, {count} event: {head}…", "Integrity verified, {count} events: {head}…", result.seq, { head: result.head.slice(0, VISIBLE_DIGITS) });
}
