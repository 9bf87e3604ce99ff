/* Cleanup after an erasure. If a board is not found because it was erased, this browser removes everything it stored for that board:
   drafts, unanswered commands and unattached files. If only the access ended, everything stays. */

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

  /** Ask the server, once, if the board was erased. Call this while the board is not found. */
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

  /** Reset after the board became visible, so that `check` asks again if it disappears later. */
  reset() {
    this.#isAsked = this.isErased = false;
  }
}
