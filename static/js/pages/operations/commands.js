/** Commands of the operations board, for shortcuts and the palette, and the searches to go to. */

import { t } from "../../core/i18n.js";
import { shortPersonName } from "../../format/search_list.js";

/**
 * @param {Board} board
 * @param {() => boolean} mayOpen
 * @param {{ show(): void }} opening
 * @returns {PageCommands}
 */
export const operationsCommands = (board, mayOpen, opening) => ({
  page: "operations",
  may: (right) => (right === "open" || right === "note" ? mayOpen() : right === undefined), // only coordinators type here
  commands() {
    return [
      { id: "open-search", may: "open", title: t("New search"), run: opening.show },
      { id: "find", title: t("Find a search"), run: () => document.querySelector("main [name=find]")?.focus() },
    ].filter(({ may }) => !may || mayOpen());
  },
  destinations: () => board.of("search").map(({ id, state }) => ({
    id, title: [state.reference, shortPersonName(state.person), state.last_seen?.text].filter(Boolean).join(" · "), run: () => location.assign(`/searches/${id}`),
  })),
});
