/* Whether a journal is what it was: the server goes along its chain, and this says beside the history up to where it holds. */

import { number, t } from "../i18n.js";

const ASK_EVERY_MS = 60_000; // the journal goes on meanwhile; what was said holds up to where it was said
const SHOWN = 16; // digits of a hash: enough to compare by eye, the title has all of them

export class ChainLine {
  #place;
  #board;
  #timer = null;

  /** place: an element that nobody else writes into */
  constructor(place, board) {
    this.#place = place;
    this.#board = board;
  }

  connect() {
    this.#ask();
    this.#timer = setInterval(() => document.hidden || this.#ask(), ASK_EVERY_MS);
    return this;
  }

  disconnect() {
    clearInterval(this.#timer);
    this.#place.textContent = "";
  }

  async #ask() {
    const told = await chainOf(this.#board);
    this.#place.textContent = said(told);
    this.#place.title = told?.head ?? "";
    this.#place.classList.toggle("problem", told !== null && !told.holds);
    this.#place.dataset.holds = told === null ? "unknown" : told.holds;
  }
}

/** {seq, head, holds, fault?}; null where there is no answer now. */
async function chainOf(board) {
  try {
    const answer = await fetch(`/api/v1/boards/${board}/chain`, { headers: { accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function said(told) {
  if (told === null) return t("Whether the chain holds can't be asked now.");
  if (!told.holds) return t("The chain does not hold: {fault}.", { fault: told.fault });
  return t("The chain holds up to {seq}: {head}…", { seq: number(told.seq), head: told.head.slice(0, SHOWN) });
}
