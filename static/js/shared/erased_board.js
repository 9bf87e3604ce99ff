/* A board that is not found may have been erased. Then this browser removes everything that it stored of it: drafts, commands that were
   not answered, and files that were not attached. If only the access ended, everything stays. */

import { orNull } from "../core/connection/api.js";
import { isErased } from "../core/connection/erased.js";
import { forgetDrafts } from "../core/storage/drafts.js";

export class ErasedBoard {
  isErased = false;
  #isAsked = false;
  #session;
  #board;
  #draw;

  /** @param {Pick<Session, "outbox" | "uploads">} session @param {string} board @param {() => void} draw */
  constructor(session, board, draw) {
    this.#session = session;
    this.#board = board;
    this.#draw = draw;
  }

  /** Ask the server once if the board was erased. Call while it is not found. */
  async check() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.isErased = Boolean(await orNull(isErased(this.#board)));
    if (!this.isErased) return;
    forgetDrafts(this.#board);
    this.#session.outbox.forget(this.#board);
    this.#session.uploads.forget(this.#board);
    this.#draw();
  }

  /** The board is visible: ask again if it is lost later. */
  reset() {
    this.#isAsked = this.isErased = false;
  }
}
