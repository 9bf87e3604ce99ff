/**
 * Report of a handover, composed by the server and kept current, at most once a second. A change on one board reloads
 * one section; other changes reload the full report. Every answer includes the alarms about tips and duties, so a
 * change of these reloads no section.
 */

import { get } from "../../core/connection/api.js";

const MIN_PERIOD_MS = 1000;
const RETRY_MS = 5000; // after a failed request

export class Report {
  /** @type {any} */ whole = null; // the report as in the contract; null until loaded
  /** @type {number | null} */ status = null; // status of the last failure: 404 if there is no such handover, 0 if offline
  /** @type {string} */ #address;
  /** @type {() => void} */ #changed;
  #due = new Set(); // boards to reload; null is the whole report
  #isLoading = false;
  #requestedAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | null} */ #timer = null;

  /** @param {any} number number of a past handover, or null for the current one @param {() => void} changed runs after each answer */
  constructor(number, changed) {
    this.#address = number === null ? "/api/v1/handover" : `/api/v1/handovers/${number}`;
    this.#changed = changed;
  }

  get sections() {
    return this.whole?.searches ?? [];
  }

  /**
   * Return true if the report is about this handover at its current stage.
   * @param {any} handover
   */
  isOf(handover) {
    const reported = this.whole?.handover;
    return reported?.number === handover?.number && reported?.status === handover?.status;
  }

  /** @param {string} board */
  section(board) {
    return this.sections.find((/** @type {any} */ section) => section.board === board);
  }

  /** @param {string} id */
  nameOf(id) {
    return this.whole?.people[id] ?? null;
  }

  /** Record a change on one board, or (null) in the report's scope. */
  moved(board = /** @type {string | null} */ (null)) {
    this.#due.add(board);
    this.#schedule(Math.max(0, this.#requestedAt + MIN_PERIOD_MS - performance.now()));
  }

  /** @param {number} wait */
  #schedule(wait) {
    if (this.#isLoading || this.#timer !== null) return;
    this.#timer = setTimeout(() => this.#load(), wait);
  }

  async #load() {
    this.#timer = null;
    const due = [...this.#due];
    const board = due.length === 1 && this.whole ? due[0] : null;
    this.#due.clear();
    this.#isLoading = true;
    this.#requestedAt = performance.now();
    const answer = await this.#read(board);
    this.#isLoading = false;
    if (answer) this.#take(answer, board);
    else if (board !== null) this.#due.add(null); // the board may have left the report
    else if (this.status !== 404) due.forEach((dueBoard) => this.#due.add(dueBoard));
    this.#changed();
    if (this.#due.size) this.#schedule(answer || board !== null ? MIN_PERIOD_MS : RETRY_MS);
  }

  /** @param {string} board */
  async #read(board) {
    try {
      const report = await get(board === null ? this.#address : `${this.#address}?board=${board}`);
      this.status = null;
      return report;
    } catch (error) {
      this.status = /** @type {Refusal} */ (error).status;
      return null;
    }
  }

  /** @param {any} answer @param {string} board */
  #take(answer, board) {
    if (board === null) return void (this.whole = answer);
    const [section] = answer.searches, { alarms } = answer;
    const people = { ...this.whole.people, ...answer.people };
    this.whole = { ...this.whole, people, alarms, searches: this.sections.map((/** @type {any} */ oldSection) => (oldSection.board === board ? section : oldSection)) };
  }
}
