/* Whether a journal is what it was: the server goes along its chain, and this says beside the history up to where it holds. */

import { getJson } from "../core/api.js";
import { number, t } from "../core/i18n.js";

const ASK_EVERY_MS = 60_000; // the journal goes on meanwhile; what was said holds up to where it was said
const SHOWN = 16; // digits of a hash: enough to compare by eye, the title has all of them

export class ChainStatus {
  #find;
  #board;
  #timer = null;
  #asking = false;

  /** find() -> the element that nobody else writes into, or null: where the right to see the history came back it is another one */
  constructor(find, board) {
    this.#find = find;
    this.#board = board;
  }

  connect() {
    this.#timer = setInterval(() => document.hidden || this.ask(), ASK_EVERY_MS);
    this.ask();
    return this;
  }

  disconnect() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  async ask() {
    if (this.#asking) return; // a long chain is gone along in several answers
    this.#asking = true;
    const told = await getJson(`/api/v1/boards/${this.#board}/chain`), place = this.#find();
    this.#asking = false;
    if (this.#timer === null || !place) return;
    place.textContent = said(told);
    place.title = told?.head ?? "";
    place.classList.toggle("problem", told !== null && !told.holds);
    place.dataset.verified = told === null ? "unknown" : told.holds;
  }
}

/** told: {seq, head, holds, fault?}; null where there is no answer now */
function said(told) {
  if (told === null) return t("Whether the chain holds can't be asked now.");
  if (!told.holds) return t("The chain does not hold: {fault}.", { fault: told.fault });
  return t("The chain holds up to {seq}: {head}…", { seq: number(told.seq), head: told.head.slice(0, SHOWN) });
}
