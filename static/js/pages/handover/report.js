/**
 * The report of a handover as the server composes it, kept up to date: section by section where one board has moved, as a whole
 * where more has. Not more than once a second, however much happens.
 */
import { TIMEOUT_MS, request } from "../../core/api.js";

const EVERY_MS = 1000;
const AGAIN_MS = 5000; // after a question that was not answered

export class Report {
  whole = null; // as the contract has it, once it was read
  status = null; // of the last answer that was none: 404 where there is no such handover, 0 without a line
  #address;
  #changed;
  #due = new Set(); // boards whose section has moved; null is the whole
  #asking = false;
  #askedAt = -Infinity;
  #timer = null;

  /** number: of the handover as it was signed, or null for the present one; changed() after each answer */
  constructor(number, changed) {
    this.#address = number === null ? "/api/v1/handover" : `/api/v1/handovers/${number}`;
    this.#changed = changed;
  }

  get sections() {
    return this.whole?.searches ?? [];
  }

  /** Was it composed of this handover, as far as it has come? */
  isOf(handover) {
    const of = this.whole?.handover;
    return of?.number === handover?.number && of?.status === handover?.status;
  }

  section(board) {
    return this.sections.find((each) => each.board === board);
  }

  nameOf(id) {
    return this.whole?.people[id] ?? null;
  }

  /** Something changed: on one board, or (null) in what the report is of. */
  moved(board = null) {
    this.#due.add(board);
    this.#soon(Math.max(0, this.#askedAt + EVERY_MS - performance.now()));
  }

  disconnect() {
    clearTimeout(this.#timer);
    this.#due.clear();
  }

  #soon(wait) {
    if (this.#asking || this.#timer !== null) return;
    this.#timer = setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    this.#timer = null;
    const due = [...this.#due];
    const board = due.length === 1 && this.whole ? due[0] : null;
    this.#due.clear();
    this.#asking = true;
    this.#askedAt = performance.now();
    const answer = await this.#read(board);
    this.#asking = false;
    if (answer) this.#take(answer, board);
    else if (board !== null) this.#due.add(null); // it may be part of it no more
    else if (this.status !== 404) due.forEach((each) => this.#due.add(each));
    this.#changed();
    if (this.#due.size) this.#soon(answer || board !== null ? EVERY_MS : AGAIN_MS);
  }

  async #read(board) {
    try {
      const answer = await request(board === null ? this.#address : `${this.#address}?board=${board}`, {
        headers: { accept: "application/json" }, timeoutMs: TIMEOUT_MS,
      });
      this.status = answer.ok ? null : answer.status;
      return answer.ok ? await answer.json() : null;
    } catch {
      this.status = 0;
      return null;
    }
  }

  #take(answer, board) {
    if (board === null) return void (this.whole = answer);
    const [section] = answer.searches;
    const people = { ...this.whole.people, ...answer.people };
    this.whole = { ...this.whole, people, searches: this.sections.map((each) => (each.board === board ? section : each)) };
  }
}
