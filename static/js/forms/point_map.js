/** Small map of a form: a press sets the point of a place, and buttons set its accuracy. Loaded when it is first opened. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";
import { accuracyOf } from "../core/map/accuracy.js";
import { createBaseMap, whenSized } from "../core/map/base_map.js";
import { loadMap } from "../core/map/leaflet.js";
import { addTiles } from "../core/map/tiles.js";
import { distance } from "../format/values.js";

const RADII = [50, 300, 2_000]; // metres
const CLOSE_ZOOM = 14, NEAR_ZOOM = 12;

/** @typedef {{ lat: number, lon: number, radius: number | null }} PlacePoint */

export class PointMap {
  #element = document.createElement("div");
  #changed;
  #draw;
  /** @type {PlacePoint | null} */ #point = null;
  /** @type {any} */ #map = null;
  /** @type {any} */ #leaflet = null;
  /** @type {any} */ #circle = null;
  #attribution = "";
  #hasFailed = false;

  /**
   * @param {{ near: { lat: number, lon: number } | null, changed: (point: PlacePoint) => void, draw: () => void }} options
   *   `near`: centre of the map without a point
   */
  constructor({ near, changed, draw }) {
    this.#changed = changed;
    this.#draw = draw;
    this.#element.className = "map-canvas";
    this.#element.setAttribute("role", "region");
    this.#load(near);
  }

  /** @param {{ lat: number, lon: number } | null} near */
  async #load(near) {
    this.#hasFailed = false;
    try {
      const loaded = await loadMap();
      this.#leaflet = loaded.leaflet;
      this.#attribution = loaded.background.attribution;
      await whenSized(this.#element);
      this.#create(loaded, near);
    } catch (error) {
      this.#hasFailed = true;
      reportError(error);
    }
    this.#draw();
  }

  /** @param {Awaited<ReturnType<typeof loadMap>>} loaded @param {{ lat: number, lon: number } | null} near */
  #create(loaded, near) {
    const map = (this.#map = createBaseMap(this.#element, loaded, firstView(this.#point, near)));
    this.#element.setAttribute("aria-label", t("Map. Arrow keys move it, plus and minus zoom."));
    for (const pane of Object.values(map.getPanes())) pane.setAttribute("aria-hidden", "true");
    map.on("click", (/** @type {any} */ { latlng }) => this.#put(latlng));
    addTiles(map, (text) => {
      this.#attribution = [text, loaded.background.attribution].filter(Boolean).join(" · ");
      this.#draw();
    });
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(this.#element);
    this.#show();
  }

  /** @param {any} latlng */
  #put(latlng) {
    const { lat, lng } = latlng.wrap();
    this.#changed({ lat, lon: lng, radius: accuracyOf(lat, this.#map.getZoom()) });
  }

  #show() {
    this.#circle?.remove();
    this.#circle = null;
    if (!this.#map || !this.#point) return;
    const at = [this.#point.lat, this.#point.lon];
    this.#circle = this.#leaflet.featureGroup([
      this.#leaflet.circle(at, { radius: this.#point.radius ?? 0, interactive: false, className: "map-pin" }),
      this.#leaflet.circleMarker(at, { radius: 4, interactive: false, className: "map-pin" }),
    ]).addTo(this.#map);
    if (!this.#map.getBounds().contains(at)) this.#map.panTo(at, { animate: false });
  }

  /** @param {PlacePoint | null} point of the form */
  template(point) {
    if (JSON.stringify(point) !== JSON.stringify(this.#point)) {
      this.#point = point;
      this.#show();
    }
    const radius = (/** @type {number | null} */ metres) => html`<button type="button" data-radius=${metres ?? "unknown"} aria-pressed=${point?.radius === metres ? "true" : "false"} ?disabled=${!point}
      @click=${() => point && this.#changed({ ...point, radius: metres })}>${metres === null ? t("accuracy not known") : `±\u00a0${distance(metres)}`}</button>`;
    return html`<div class="point-map" data-testid="point-map">${this.#hasFailed ? html`<p role="alert">${t("The map could not be loaded.")}</p>` : nothing}${this.#element}
      <div class="point-map-radius" role="group" aria-label=${t("How exact the point is")}>${RADII.map(radius)}${radius(null)}
        <button type="button" data-act="point-middle" ?disabled=${!this.#map} @click=${() => this.#put(this.#map.getCenter())}>${t("Choose the middle of the map")}</button></div>
      <p class="hint">${this.#attribution}</p></div>`;
  }
}

/** Return the function that sets the first view of a map; undefined for the view of all maps. @param {PlacePoint | null} point @param {{ lat: number, lon: number } | null} near */
function firstView(point, near) {
  const middle = point ?? near;
  return middle ? (/** @type {any} */ map) => map.setView([middle.lat, middle.lon], point ? CLOSE_ZOOM : NEAR_ZOOM, { animate: false }) : undefined;
}
