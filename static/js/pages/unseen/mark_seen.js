/** Marking boards as seen. It can be undone for some seconds; only then it is sent to the server, where positions never go back. */

import { orNull } from "../../core/connection/api.js";
import { sendReadPositions } from "../../core/storage/read_position.js";

const UNDO_MS = 10_000; // as in pages/search/undo.js

export class MarkSeen {
  /** @type {any | null} */ notice = null; // its text while it can be undone
  failed = false;
  /** @type {() => void} */ #changed;
  /** @type {any} */ #onStored;
  /** @type {any} */ #positions = new Map(); // ID of a board -> {board, epoch, seq}, not sent yet or sent after the list was loaded
  /** @type {any[]} */ #waiting = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {() => void} changed redraws @param {any} onStored runs once the server has stored the positions */
  constructor(changed, onStored) {
    this.#changed = changed;
    this.#onStored = onStored;
    addEventListener("pagehide", this.#leave);
  }

  /**
   * Return true if a board is marked up to this seq.
   * @param {string} board
   * @param {number} seq
   */
  has(board, seq) {
    return (this.#positions.get(board)?.seq ?? -1) >= seq;
  }

  /** @param {any} sent @param {any} notice */
  add(sent, notice) {
    this.#send(); // earlier marks become final
    this.#waiting = sent;
    for (const position of sent) this.#positions.set(position.board, position);
    this.notice = notice;
    this.failed = false;
    this.#timer = setTimeout(() => this.#send(), UNDO_MS);
    this.#changed();
  }

  undo() {
    this.#forget(this.#waiting);
    this.#end();
  }

  #leave = () => this.#send({ leaving: true });

  /** @param {any} [options] */
  async #send(options) {
    const sent = this.#waiting;
    if (!sent.length) return;
    this.#end();
    this.failed = (await orNull(sendReadPositions(sent, options))) === null;
    if (this.failed) this.#forget(sent);
    else await this.#onStored();
    this.#changed();
  }

  /** @param {any} sent */
  #forget(sent) {
    for (const { board } of sent) this.#positions.delete(board);
  }

  #end() {
    clearTimeout(this.#timer);
    this.#waiting = [];
    this.notice = null;
    this.#changed();
  }
}
