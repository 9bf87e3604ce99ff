/** Titles and headings of the documentation, for the palette. */
import { get } from "../../core/connection/api.js";
import { t } from "../../core/i18n.js";

const TITLES = "/help/titles.json";

export class HelpTitles {
  /** @type {{ title: string, heading: string | null, url: string }[]} */ #titles = [];
  #asked = false;
  #changed;

  /** @param {() => void} changed called when there are titles */
  constructor(changed) {
    this.#changed = changed;
  }

  /** Fetch the titles once for this page. Without them the palette offers the rest. */
  async load() {
    if (this.#asked) return;
    this.#asked = true;
    try {
      this.#titles = (await get(TITLES)).titles;
    } catch {
      this.#asked = false; // the next opening of the palette tries again
    }
    this.#changed();
  }

  /**
   * All titles as palette entries.
   * @returns {PageCommand[]}
   */
  get items() {
    return this.#titles.map(({ title, heading, url }) => ({
      id: url, title: t("Help: {title}", { title: heading ? `${title} · ${heading}` : title }), run: () => location.assign(url),
    }));
  }
}
