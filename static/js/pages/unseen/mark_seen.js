/** Saying that boards were seen: for some seconds it can be taken back, and only then the server is told, where no mark goes backwards. */
import { sendReadPositions } from "../../core/read_position.js";

const OFFERED_MS = 10_000; // as for what is undone elsewhere (pages/search/undo.js)

export class MarkSeen {
  said = null; // what was marked, while it can be taken back
  failed = false;
  #changed;
  #told;
  #positions = new Map(); // board -> {board, epoch, seq}: not told yet, or told since the list was read
  #waiting = [];
  #timer = null;

  /** changed() is to draw; told() when the server has it */
  constructor(changed, told) {
    this.#changed = changed;
    this.#told = told;
  }

  connect() {
    addEventListener("pagehide", this.#leave);
  }

  disconnect() {
    removeEventListener("pagehide", this.#leave);
    clearTimeout(this.#timer);
  }

  /** Is a board marked up to this seq? */
  has(board, seq) {
    return (this.#positions.get(board)?.seq ?? -1) >= seq;
  }

  add(sent, said) {
    this.#send(); // what was marked before stands
    this.#waiting = sent;
    for (const position of sent) this.#positions.set(position.board, position);
    this.said = said;
    this.failed = false;
    this.#timer = setTimeout(() => this.#send(), OFFERED_MS);
    this.#changed();
  }

  undo() {
    this.#forget(this.#waiting);
    this.#end();
  }

  #leave = () => this.#send({ leaving: true });

  async #send(options) {
    const sent = this.#waiting;
    if (!sent.length) return;
    this.#end();
    const status = await sendReadPositions(sent, options);
    this.failed = status !== 200;
    if (this.failed) this.#forget(sent);
    else await this.#told();
    this.#changed();
  }

  #forget(sent) {
    for (const { board } of sent) this.#positions.delete(board);
  }

  #end() {
    clearTimeout(this.#timer);
    this.#waiting = [];
    this.said = null;
    this.#changed();
  }
}
