/** Titles and headings of the documentation, for the palette. */
import { get } from "../../core/connection/api.js";
import { t } from "../../core/i18n.js";

const TITLES = "/help/titles.json";

export class HelpTitles {
  /** @type {{ title: string, heading: string | null, url: string }[]} */ #titles = [];
  #isRequested = false;
  #changed;

  /** @param {() => void} changed runs when titles are available */
  constructor(changed) {
    this.#changed = changed;
  }

  /** Fetch the titles once per page. The palette also works without them. */
  async load() {
    if (this.#isRequested) return;
    this.#isRequested = true;
    try {
      this.#titles = (await get(TITLES)).titles;
    } catch {
      this.#isRequested = false; // the next opening of the palette retries
    }
    this.#changed();
  }

  /**
   * List the titles as palette entries.
   * @returns {PageCommand[]}
   */
  get items() {
    return this.#titles.map(({ title, heading, url }) => ({
      id: url, title: t("Help: {title}", { title: heading ? `${title} · ${heading}` : title }), run: () => location.assign(url),
    }));
  }
}
