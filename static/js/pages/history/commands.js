/** Commands of a history, for shortcuts and the palette. */

import { t } from "../../core/i18n.js";

export class HistoryCommands {
  page = "history";
  /** @type {HistoryView} */ #view;

  /** @param {HistoryView} view */
  constructor(view) {
    this.#view = view;
  }

  /** @param {string | undefined} right */
  may(right) {
    return right === undefined;
  }

  settle() {
    this.#view.drawNow();
  }

  commands() {
    const { isAsked, askNothing, fresh, toNewest } = this.#view;
    return [
      { id: "find", says: t("Find in what happened"), does: () => document.querySelector("#find")?.focus() },
      { id: "show-all", not: !isAsked, says: t("Show all events again"), does: askNothing },
      { id: "newest", not: !fresh, says: t("To the newest event"), does: toNewest },
    ].filter(({ not }) => !not);
  }

  things() {
    return [];
  }
}
