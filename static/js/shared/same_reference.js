/** Other searches with the same reference, among those this person may see. */
import { html } from "../../vendor/lit-html/lit-html.js";
import { get, orNull } from "../core/connection/api.js";
import { t } from "../core/i18n.js";

const ASK_MS = 60_000; // their boards are not subscribed here

/**
 * Return the references that several of these searches have.
 * @param {Entity[]} searches
 */
export function sharedReferences(searches) {
  const met = new Set(), twice = new Set();
  for (const { state: { reference } } of searches) (met.has(reference) ? twice : met).add(reference);
  return twice;
}

export class SameReference {
  #board;
  #draw;
  /** @type {{ reference: string | null, at: number }} */ #asked = { reference: null, at: 0 };
  /** @type {string[]} */ #others = []; // ids

  /** @param {string} board @param {() => void} draw */
  constructor(board, draw) {
    this.#board = board;
    this.#draw = draw;
  }

  /**
   * Look up from time to time who else has this reference.
   * @param {string} reference
   */
  async refresh(reference) {
    const now = Date.now();
    if (reference === this.#asked.reference && now - this.#asked.at < ASK_MS) return;
    this.#asked = { reference, at: now };
    const answer = await orNull(get(`/api/v1/boards?${new URLSearchParams({ reference })}`));
    if (!answer || this.#asked.reference !== reference) return; // tried again at the next interval
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
