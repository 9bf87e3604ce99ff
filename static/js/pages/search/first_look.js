/**
 * First look at a sighting: reported to the server once a person who may act on it has had it open and visible for three seconds, on a
 * live board.
 */
import { queueOf } from "../../core/rules/queues.js";

const LOOK_MS = 3_000; // long enough to have read it

export class FirstLook {
  #page;
  /** @type {string | null} */ #card = null; // sighting that is being looked at
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #reported = new Set(); // sightings reported as looked at, whatever the answer

  /** @param {Pick<SearchView, "board" | "ui" | "may" | "model">} page */
  constructor(page) {
    this.#page = page;
    document.addEventListener("visibilitychange", () => this.update());
  }

  /** Start or stop the timer after each draw. An interrupted look starts again from zero. */
  update() {
    const card = this.#currentSighting();
    if (card === this.#card) return;
    clearTimeout(this.#timer);
    this.#card = card;
    if (card) this.#timer = setTimeout(() => this.#report(card), LOOK_MS);
  }

  /** Return the sighting that this person is looking at and that nobody has looked at yet, or null. */
  #currentSighting() {
    const { board, ui, may, model } = this.#page, entity = ui.card ? model?.byId.get(ui.card) : null;
    if (!entity || entity.kind !== "sighting" || entity.added || this.#reported.has(entity.id)) return null;
    const isSeen = !document.hidden && !ui.dialog && may("edit") && board.freshness.state === "live";
    return isSeen && queueOf(board.get(entity.id)?.state ?? entity.state) === "look" ? entity.id : null;
  }

  /** @param {string} card */
  #report(card) {
    this.#card = null;
    if (this.#currentSighting() !== card) return;
    this.#reported.add(card);
    const { board } = this.#page;
    // a refusal loses nothing that this person entered
    board.send("sighting.looked_at", { sighting: card }).catch((/** @type {any} */ refusal) => board.discard(refusal.id));
  }
}
