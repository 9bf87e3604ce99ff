/** Commands of the operations board, for shortcuts and the palette, and the searches to go to. */

import { t } from "../../core/i18n.js";
import { shortPersonName } from "../../format/search_list.js";

export class OperationsCommands {
  page = "operations";
  /** @type {Board} */ #board;
  /** @type {() => boolean} */ #mayOpen;
  /** @type {any} */ #opening;

  /** @param {() => boolean} mayOpen function; @param {any} opening - {show()} @param {Board} board */
  constructor(board, mayOpen, opening) {
    this.#board = board;
    this.#mayOpen = mayOpen;
    this.#opening = opening;
  }

  /** @param {string | undefined} right */
  may(right) {
    return right === "open" || right === "note" ? this.#mayOpen() : right === undefined; // only coordinators type here
  }

  commands() {
    return [
      { id: "open-search", may: "open", title: t("New search"), run: this.#opening.show },
      { id: "find", title: t("Find a search"), run: () => document.querySelector("main [name=find]")?.focus() },
    ].filter(({ may }) => this.may(may));
  }

  destinations() {
    return this.#board.of("search").map((/** @type {{ id: string, state: State }} */ { id, state }) => ({
      id, title: [state.reference, shortPersonName(state.person), state.last_seen?.text].filter(Boolean).join(" · "), run: () => location.assign(`/searches/${id}`),
    }));
  }
}
