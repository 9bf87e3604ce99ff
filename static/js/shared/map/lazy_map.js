/** Map of a search whose scripts are loaded when it is first shown. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";

const loadScript = () => import("./board_map.js");

/** Preload the scripts of a map. Ignores a failure, which `LazyMap` shows. */
const prepare = () => loadScript().then(({ loadMap }) => loadMap()).catch(() => undefined);

if (location.hash === "#map") prepare(); // in parallel with the session and the board

export class LazyMap {
  /** @type {import("./board_map.js").BoardMap | null} */ #map = null;
  /** @type {"idle" | "loading" | "failed"} */ #state = "idle";
  #draw;

  /** @param {() => void} draw */
  constructor(draw) {
    this.#draw = draw;
  }

  /** @param {BoardView} view */
  template(view) {
    if (this.#map) return this.#map.template(view);
    if (this.#state === "failed") return html`<p class="problem" role="alert">${t("The map could not be loaded.")} <button type="button" data-act="load-map" @click=${() => this.#load(view)}>${t("Try again")}</button></p>`;
    if (this.#state === "idle") this.#load(view);
    return html`<p role="status">${t("Loading…")}</p>`;
  }

  /** @param {BoardView} view */
  async #load(view) {
    this.#state = "loading";
    try {
      const { BoardMap } = await loadScript();
      this.#map = new BoardMap(view, this.#draw);
    } catch (error) {
      this.#state = "failed";
      reportError(error);
    }
    this.#draw();
  }
}
