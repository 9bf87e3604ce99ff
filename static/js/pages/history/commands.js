/** Commands of a history, for shortcuts and the palette. */

import { t } from "../../core/i18n.js";

/** @param {HistoryView} view @returns {PageCommands} */
export const historyCommands = (view) => ({
  page: "history",
  settle: () => view.drawNow(),
  commands() {
    const { isFiltered, clearFilter, fresh, toNewest } = view;
    return [
      { id: "find", title: t("Find in history"), run: () => document.querySelector("#find")?.focus() },
      { id: "show-all", not: !isFiltered, title: t("Show all events"), run: clearFilter },
      { id: "newest", not: !fresh, title: t("Go to the newest event"), run: toNewest },
    ].filter(({ not }) => !not);
  },
});
