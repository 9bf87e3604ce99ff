/** Commands of the replay page, for shortcuts and the palette. */

import { t } from "../../core/i18n.js";

/** @param {ReplayView} replay @returns {PageCommands} */
export const replayCommands = (replay) => ({
  page: "replay",
  settle: () => replay.drawNow(),
  // Escape closes what is open, then leaves the replay; in a header menu it closes the menu.
  commands(at) {
    const { body, backToNow } = replay;
    if (at?.closest("header.header-bar details")) return [];
    if (body.isOpen) return [{ id: "close", title: t("Close the card"), run: () => body.close() }, { id: "now", title: t("Back to live"), run: backToNow }];
    return [{ id: "close", title: t("Back to live"), run: backToNow }];
  },
  destinations: () => replay.body.destinations(),
});
