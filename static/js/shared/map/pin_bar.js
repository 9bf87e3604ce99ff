/** Bar for a point that somebody pressed on the map, with the cards to add there. The point's accuracy depends on the zoom level. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { accuracyOf } from "../../core/map/accuracy.js";
import { distance, pointText } from "../../format/values.js";

const KINDS = ["sighting", "place", "task"];

export class PinBar {
  /** @type {{ lat: number, lon: number, radius: number } | null} */ #point = null;
  /** @type {any} */ #circle = null;
  #draw;

  /** @param {() => void} draw */
  constructor(draw) {
    this.#draw = draw;
  }

  /** @param {any} map @param {any} leaflet @param {{ lat: number, lng: number }} at */
  put(map, leaflet, at) {
    const { lat, lng } = leaflet.latLng(at).wrap(), radius = accuracyOf(lat, map.getZoom());
    this.#circle?.remove();
    this.#circle = leaflet.circle(at, { radius, interactive: false, className: "map-pin" }).addTo(map);
    this.#point = { lat, lon: lng, radius };
    this.#draw();
  }

  get isShown() {
    return this.#point !== null;
  }

  #clear = () => {
    this.#circle?.remove();
    this.#circle = this.#point = null;
    this.#draw();
  };

  /** @param {(kind: string, point: { lat: number, lon: number, radius: number }) => void} add */
  template(add) {
    const point = this.#point;
    if (!point) return nothing;
    const run = (/** @type {string} */ kind) => () => {
      this.#clear();
      add(kind, point);
    };
    return html`<div class="map-pin-bar" role="group" aria-label=${t("Add here")}><span>${pointText(point.lat, point.lon)}\u00a0· ±\u00a0${distance(point.radius)}</span>
      ${KINDS.map((kind) => html`<button type="button" data-add=${kind} @click=${run(kind)}>+ ${label.noun(kind)}</button>`)}
      <button type="button" data-act="remove-pin" aria-label=${t("Cancel")} @click=${this.#clear}>×</button></div>`;
  }
}
