/** List of the unanswered sightings and tips. It is reloaded after events on a board. */
import { get, orNull } from "../core/connection/api.js";
import { PacedRead } from "../core/connection/paced_read.js";

const READ_PERIOD_MS = 2_000; // minimum time between two requests
const LIMIT = 500;

export class WaitingList {
  /** @type {Unanswered | null} */ answer = null;
  failed = false;
  #changed;
  #signature = "";
  #reads = new PacedRead(() => this.#load(), READ_PERIOD_MS);

  /** @param {() => void} changed runs after each answer */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * Reload the list if a board has new events. The summary of a search contains its position; tips are on the operations board.
   * @param {Map<string, Summary>} summaries
   * @param {number | null} seq position of the operations board
   */
  follow(summaries, seq) {
    const signature = [seq, ...[...summaries].map(([id, { last }]) => `${id} ${last?.seq}`)].join();
    if (signature === this.#signature) return;
    this.#signature = signature;
    this.#reads.soon();
  }

  /** Load the list now. Calls during the request cause one more request after it. */
  read = () => this.#reads.now();

  async #load() {
    const answer = await orNull(get(`/api/v1/unanswered?limit=${LIMIT}`));
    this.failed = answer === null;
    this.answer = answer ?? this.answer;
    this.#changed();
  }
}
