/** Other searches with the same reference that this person may see. */
import { html } from "../../vendor/lit-html/lit-html.js";
import { get, orNull } from "../core/connection/api.js";
import { t } from "../core/i18n.js";

const POLL_INTERVAL_MS = 60_000; // their boards are not subscribed here

/**
 * Return the references that occur more than once in these searches.
 * @param {Entity[]} searches
 */
export function sharedReferences(searches) {
  const references = new Set(), repeated = new Set();
  for (const { state: { reference } } of searches) (references.has(reference) ? repeated : references).add(reference);
  return repeated;
}

export class SameReference {
  #board;
  #draw;
  /** @type {{ reference: string | null, at: number }} */ #lastRequest = { reference: null, at: 0 };
  /** @type {string[]} */ #others = []; // ids

  /** @param {string} board @param {() => void} draw */
  constructor(board, draw) {
    this.#board = board;
    this.#draw = draw;
  }

  /**
   * Request the other searches with this reference, at most once per interval.
   * @param {string} reference
   */
  async refresh(reference) {
    const now = Date.now();
    if (reference === this.#lastRequest.reference && now - this.#lastRequest.at < POLL_INTERVAL_MS) return;
    this.#lastRequest = { reference, at: now };
    const answer = await orNull(get(`/api/v1/boards?${new URLSearchParams({ reference })}`));
    if (!answer || this.#lastRequest.reference !== reference) return; // the next interval retries
    this.#others = answer.boards.map((/** @type {{ board: string }} */ { board }) => board).filter((/** @type {string} */ id) => id !== this.#board);
    this.#draw();
  }

  /** @returns {Notice[]} */
  get notices() {
    const [other] = this.#others;
    if (!other) return [];
    return [{ kind: "same-reference", testid: "same-reference", text: t("Another search has this reference too."), actions: html`<a class="button" href="/searches/${other}">${t("View")}</a>` }];
  }
}
