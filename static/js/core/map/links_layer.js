/* Lines between two points of a map, with a text in their middle: for sightings that cannot both be true. */

const MAX_LINKS = 30; // at a time; more would only cover the map
const ABOVE_MARKS = 2_000; // z-index offset
const PRESSED_PX = 18; // width of the touch target of a line

/** @typedef {{ from: string, to: string, text: string }} MapLink ids of two points */

export class LinksLayer {
  #map;
  #leaflet;
  #open;
  /** @type {any[]} */ #layers = [];
  #key = "";

  /** @param {any} map @param {any} leaflet @param {(id: string, event: MouseEvent) => void} open runs on a press, with the first point */
  constructor(map, leaflet, open) {
    this.#map = map;
    this.#leaflet = leaflet;
    this.#open = open;
  }

  /** Show links, whose points are both shown. @param {MapPoint[]} points @param {MapLink[]} links */
  show(points, links) {
    const centers = new Map(points.map(({ id, center }) => [id, center]));
    const shown = links.map(({ from, to, text }) => ({ id: from, from: /** @type {number[]} */ (centers.get(from)), to: /** @type {number[]} */ (centers.get(to)), text }));
    const key = JSON.stringify(shown);
    if (key === this.#key) return;
    this.#key = key;
    for (const layer of this.#layers) this.#map.removeLayer(layer);
    this.#layers = shown.flatMap((link) => this.#draw(link));
  }

  /** @param {{ id: string, from: number[], to: number[], text: string }} link */
  #draw({ id, from, to, text }) {
    const element = document.createElement("span"), note = document.createElement("span");
    element.className = "not-both";
    note.textContent = text;
    element.append(note);
    const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2], icon = this.#leaflet.divIcon({ html: element, className: "map-link-note", iconSize: [0, 0] });
    const pressed = { className: "map-link-area", weight: PRESSED_PX, opacity: 0, fill: false, bubblingMouseEvents: false }; // otherwise a press adds a point
    return [
      this.#leaflet.polyline([from, to], { className: "map-link", interactive: false, fill: false }).addTo(this.#map),
      this.#opening(id, this.#leaflet.polyline([from, to], pressed)),
      this.#opening(id, this.#leaflet.marker(middle, { icon, keyboard: false, zIndexOffset: ABOVE_MARKS })),
    ];
  }

  /** Add a layer that opens a point. @param {string} id @param {any} layer */
  #opening(id, layer) {
    return layer.on("click", (/** @type {any} */ event) => this.#open(id, event.originalEvent)).addTo(this.#map);
  }
}

/**
 * Return the links whose points are both shown, the first ones only.
 * @param {MapPoint[]} points @param {MapLink[]} links
 */
export function shownLinks(points, links) {
  const ids = new Set(points.map(({ id }) => id));
  return links.filter(({ from, to }) => ids.has(from) && ids.has(to)).slice(0, MAX_LINKS);
}
