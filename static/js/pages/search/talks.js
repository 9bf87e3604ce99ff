/** Talks with the child: after it was found, and after its earlier disappearances. They are never part of the board: each access is recorded. */

import { get } from "../../core/connection/api.js";
import { Refusal } from "../../core/errors.js";
import { t } from "../../core/i18n.js";

export class Talks {
  /** @type {string | null} reason why the talk could not be read */ problem = null;
  /** @type {EarlierTalk[] | null} */ earlier = null;
  #page;

  /** @param {Pick<SearchView, "board" | "sources" | "act" | "draw">} page */
  constructor(page) {
    this.#page = page;
  }

  /** Open the form of the talk, with its answers if there are any. @param {boolean} isKept */
  async open(isKept) {
    const { board, sources, act, draw } = this.#page;
    this.problem = null;
    const reading = isKept ? await this.#request("talk") : {};
    if (reading) sources.set(board.id, reading);
    return reading ? act.dialog("talk") : draw();
  }

  /** Show the talks after earlier disappearances. */
  async readEarlier() {
    this.earlier = (await this.#request("earlier-talks"))?.talks ?? null;
    this.#page.draw();
  }

  forget() {
    this.problem = this.earlier = null;
    this.#page.sources.delete(this.#page.board.id);
  }

  /** @param {string} name @returns {Promise<any>} null if it was refused */
  async #request(name) {
    this.problem = null;
    try {
      return await get(`/api/v1/boards/${this.#page.board.id}/${name}`, { repeat: false }); // each access is recorded
    } catch (error) {
      this.problem = error instanceof Refusal ? error.message : t("Could not load: no connection to the server.");
      return null;
    }
  }
}
