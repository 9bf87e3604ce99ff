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
    const { isFiltered, clearFilter, fresh, toNewest } = this.#view;
    return [
      { id: "find", title: t("Find in history"), run: () => document.querySelector("#find")?.focus() },
      { id: "show-all", not: !isFiltered, title: t("Show all events"), run: clearFilter },
      { id: "newest", not: !fresh, title: t("Go to the newest event"), run: toNewest },
    ].filter(({ not }) => !not);
  }

  destinations() {
    return [];
  }
}
