/** What one may do on the page of the past, by key and by the palette: to look, and to go. */
import { t } from "../../core/i18n.js";

export class ReplayCommands {
  page = "replay";
  #replay;

  constructor(replay) {
    this.#replay = replay;
  }

  may(right) {
    return right === undefined;
  }

  settle() {
    this.#replay.drawNow();
  }

  /** Escape closes what is open, then leaves the past; not from a menu of the bar, which it closes. */
  commands(at) {
    const { body, backToNow } = this.#replay;
    if (at?.closest?.("header.header-bar details")) return [];
    if (body.isOpen) return [{ id: "close", says: t("Close the card"), does: () => body.close() }, { id: "now", says: t("Back to now"), does: backToNow }];
    return [{ id: "close", says: t("Back to now"), does: backToNow }];
  }

  things() {
    return this.#replay.body.things();
  }
}
