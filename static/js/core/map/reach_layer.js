/* Reach of a person on a map: a circle for each means of travel, and the stations that a train reaches. */

const MAX_STATIONS = 80; // stations with the earliest arrivals; more would only cover the map
const MAX_NAMED = 8; // with name and time
const MAX_RADIUS_M = 2_000_000; // a larger circle would cover most of Europe
const M_PER_DEGREE = 111_195; // of latitude
const NORTHERNMOST = 85; // of the map

/** @typedef {{ center: number[], circles: { by: string, radius: number, text: string }[], stations: { center: number[], text: string }[] }} DrawnReach */

export class ReachLayer {
  #map;
  #leaflet;
  /** @type {any[]} */ #layers = [];
  #key = "";

  /** @param {any} map @param {any} leaflet */
  constructor(map, leaflet) {
    this.#map = map;
    this.#leaflet = leaflet;
  }

  /** @param {DrawnReach | null} reach */
  show(reach) {
    const key = JSON.stringify(reach);
    if (key === this.#key) return;
    this.#key = key;
    for (const layer of this.#layers) this.#map.removeLayer(layer);
    this.#layers = reach ? [...this.#circles(reach), ...this.#labels(reach), ...this.#stations(reach)] : [];
  }

  /** @param {DrawnReach} reach */
  #circles({ center, circles }) {
    const shown = circles.filter(({ radius }) => radius <= MAX_RADIUS_M);
    return shown.map(({ by, radius }) => this.#leaflet.circle(center, { radius, className: `map-reach ${by}`, interactive: false, fill: false }).addTo(this.#map));
  }

  /** Name each circle at its northern edge. @param {DrawnReach} reach */
  #labels({ center: [lat, lon], circles }) {
    return circles.filter(({ radius }) => radius <= MAX_RADIUS_M && lat + radius / M_PER_DEGREE < NORTHERNMOST).map(({ radius, text }) => {
      const element = document.createElement("span");
      element.textContent = text;
      return this.#mark([lat + radius / M_PER_DEGREE, lon], element, "map-reach-name");
    });
  }

  /** @param {DrawnReach} reach */
  #stations({ stations }) {
    return stations.slice(0, MAX_STATIONS).map(({ center, text }, index) => {
      const element = document.createElement("span");
      element.textContent = index < MAX_NAMED ? text : "";
      return this.#mark(center, element, "map-reached");
    });
  }

  /** @param {number[]} center @param {HTMLElement} element @param {string} className */
  #mark(center, element, className) {
    const icon = this.#leaflet.divIcon({ html: element, className, iconSize: [10, 10] });
    return this.#leaflet.marker(center, { icon, interactive: false, keyboard: false }).addTo(this.#map);
  }
}
