/* Lines between two points of a map, with a text in their middle: for sightings that cannot both be true. */

const MAX_LINKS = 30; // at a time; more would only cover the map
const ABOVE_MARKS = 2_000; // offset of the order of drawing

/** @typedef {{ from: string, to: string, text: string }} MapLink ids of two points */

export class LinksLayer {
  #map;
  #leaflet;
  /** @type {any[]} */ #layers = [];
  #key = "";

  /** @param {any} map @param {any} leaflet */
  constructor(map, leaflet) {
    this.#map = map;
    this.#leaflet = leaflet;
  }

  /** Show the links whose points are both shown. @param {MapPoint[]} points @param {MapLink[]} links */
  show(points, links) {
    const centers = new Map(points.map(({ id, center }) => [id, center]));
    const shown = links.filter(({ from, to }) => centers.has(from) && centers.has(to)).slice(0, MAX_LINKS).map(({ from, to, text }) => ({ from: /** @type {number[]} */ (centers.get(from)), to: /** @type {number[]} */ (centers.get(to)), text }));
    const key = JSON.stringify(shown);
    if (key === this.#key) return;
    this.#key = key;
    for (const layer of this.#layers) this.#map.removeLayer(layer);
    this.#layers = shown.flatMap((link) => this.#draw(link));
  }

  /** @param {{ from: number[], to: number[], text: string }} link */
  #draw({ from, to, text }) {
    const element = document.createElement("span"), note = document.createElement("span");
    element.className = "not-both";
    note.textContent = text;
    element.append(note);
    const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2], icon = this.#leaflet.divIcon({ html: element, className: "map-link-note", iconSize: [0, 0] });
    return [
      this.#leaflet.polyline([from, to], { className: "map-link", interactive: false, fill: false }).addTo(this.#map),
      this.#leaflet.marker(middle, { icon, interactive: false, keyboard: false, zIndexOffset: ABOVE_MARKS }).addTo(this.#map),
    ];
  }
}
