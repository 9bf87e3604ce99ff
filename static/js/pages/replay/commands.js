/** Commands of the replay page, for shortcuts and the palette. */

import { t } from "../../core/i18n.js";

export class ReplayCommands {
  page = "replay";
  /** @type {ReplayView} */ #replay;

  /** @param {ReplayView} replay */
  constructor(replay) {
    this.#replay = replay;
  }

  /** @param {string | undefined} right */
  may(right) {
    return right === undefined;
  }

  settle() {
    this.#replay.drawNow();
  }

  /**
   * Escape closes what is open, then leaves the replay; in a header menu it closes the menu.
   * @param {any} at
   */
  commands(at) {
    const { body, backToNow } = this.#replay;
    if (at?.closest?.("header.header-bar details")) return [];
    if (body.isOpen) return [{ id: "close", title: t("Close the card"), run: () => body.close() }, { id: "now", title: t("Back to live"), run: backToNow }];
    return [{ id: "close", title: t("Back to live"), run: backToNow }];
  }

  destinations() {
    return this.#replay.body.destinations();
  }
}
