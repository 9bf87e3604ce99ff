/** Titles and headings of the documentation, for the palette. */
import { t } from "../../core/i18n.js";
import { patiently } from "../../core/patient.js";

const TITLES = "/help/titles.json";

export class HelpTitles {
  #titles = [];
  #asked = false;
  #changed;

  /** @param changed called when there are titles */
  constructor(changed) {
    this.#changed = changed;
  }

  /** Fetch the titles once for this page. Without them the palette offers the rest. */
  async load() {
    if (this.#asked) return;
    this.#asked = true;
    try {
      const answer = await patiently(TITLES);
      if (answer.ok) this.#titles = (await answer.json()).titles;
    } catch {
      this.#asked = false; // the next opening of the palette tries again
    }
    this.#changed();
  }

  /** [{id, says, does}] of all of them. */
  get items() {
    return this.#titles.map(({ title, heading, url }) => ({
      id: url, says: t("Help: {title}", { title: heading ? `${title} · ${heading}` : title }), does: () => location.assign(url),
    }));
  }
}
