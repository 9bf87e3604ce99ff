/**
 * First look at a sighting: told to the server once somebody who may act has had it open and in sight for three seconds, on a board
 * that is what the server has.
 */
import { queueOf } from "../../core/rules/queues.js";

const LOOK_MS = 3_000; // long enough to have read, and not only passed by

export class FirstLook {
  #page;
  /** @type {string | null} */ #card = null; // the sighting that is being looked at
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #told = new Set(); // sightings said to be looked at, whatever the answer

  /** @param {Pick<SearchView, "board" | "ui" | "may" | "model">} page */
  constructor(page) {
    this.#page = page;
    document.addEventListener("visibilitychange", () => this.update());
  }

  /** After each draw: begin to count, or stop. Whatever ends a look makes it begin anew. */
  update() {
    const card = this.#looking();
    if (card === this.#card) return;
    clearTimeout(this.#timer);
    this.#card = card;
    if (card) this.#timer = setTimeout(() => this.#tell(card), LOOK_MS);
  }

  /** Return the sighting that this person looks at now and that nobody has looked at, or null. */
  #looking() {
    const { board, ui, may, model } = this.#page, entity = ui.card ? model?.byId.get(ui.card) : null;
    if (!entity || entity.kind !== "sighting" || entity.added || this.#told.has(entity.id)) return null;
    const isSeen = !document.hidden && !ui.dialog && may("edit") && board.freshness.state === "live";
    return isSeen && queueOf(board.get(entity.id)?.state ?? entity.state) === "look" ? entity.id : null;
  }

  /** @param {string} card */
  #tell(card) {
    this.#card = null;
    if (this.#looking() !== card) return;
    this.#told.add(card);
    const { board } = this.#page;
    // nothing of this person's is lost by a refusal
    board.send("sighting.looked_at", { sighting: card }).catch((/** @type {any} */ refused) => board.discard(refused.id));
  }
}
