/* Button below a place that opens its small map, which is loaded then. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";

/** @typedef {import("./point_map.js").PointMap} PointMap */
/** @typedef {import("./point_map.js").PlacePoint} PlacePoint */

export class MapOfPlace {
  /** @type {PointMap | null} */ #map = null;
  #isOpen = false;
  #draw;

  /** @param {() => void} draw */
  constructor(draw) {
    this.#draw = draw;
  }

  /**
   * @param {PlacePoint | null} point @param {{ lat: number, lon: number } | null} near
   * @param {(point: PlacePoint) => void} changed
   */
  template(point, near, changed) {
    const toggle = () => {
      this.#isOpen = !this.#isOpen;
      if (this.#isOpen && !this.#map) this.#load(near, changed);
      this.#draw();
    };
    return html`<button type="button" class="plain point-map-button" data-act="point-map" aria-expanded=${this.#isOpen ? "true" : "false"} @click=${toggle}>${this.#isOpen ? t("Close the map") : t("Choose on the map")}</button>
      ${this.#isOpen && this.#map ? this.#map.template(point) : nothing}`;
  }

  /** @param {{ lat: number, lon: number } | null} near @param {(point: PlacePoint) => void} changed */
  async #load(near, changed) {
    try {
      const { PointMap } = await import("./point_map.js");
      this.#map = new PointMap({ near, changed, draw: this.#draw });
    } catch (error) {
      this.#isOpen = false; // the next press retries; the place can also be typed
      reportError(error);
    }
    this.#draw();
  }
}
