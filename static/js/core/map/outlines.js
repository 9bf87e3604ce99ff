/* Background lines, drawn when they first come near the view: the map of a town needs few of Europe's outlines. */

import { decodeLine, lineBounds } from "./lines.js";

/** @typedef {import("./lines.js").LatLon} LatLon */

export class Outlines {
  /** @type {{ lines: number[][], bounds: LatLon[] }[]} */ #pending;
  #map;
  #draw;
  #layers;

  /**
   * @param {any} map @param {any} leaflet
   * @param {number[][][]} shapes encoded lines of each
   * @param {(shapes: LatLon[][][]) => any} draw returns a layer
   */
  constructor(map, leaflet, shapes, draw) {
    this.#map = map;
    this.#draw = draw;
    this.#layers = leaflet.layerGroup();
    this.#pending = shapes.map((lines) => ({ lines, bounds: lineBounds(lines) }));
  }

  /** Show the lines near the view, or none; return true if any were added. @param {boolean} isShown @param {any} view bounds */
  show(isShown, view) {
    const wasShown = this.#map.hasLayer(this.#layers), near = isShown ? this.#take(view) : [];
    if (near.length) this.#layers.addLayer(this.#draw(near.map(({ lines }) => lines.map(decodeLine))));
    if (isShown !== wasShown) this.#map[isShown ? "addLayer" : "removeLayer"](this.#layers);
    return near.length > 0 || (isShown && !wasShown);
  }

  bringToFront() {
    this.#layers.eachLayer((/** @type {any} */ layer) => layer.bringToFront());
  }

  /** Return the shapes that are near the view for the first time. @param {any} view */
  #take(view) {
    const near = new Set(this.#pending.filter(({ bounds }) => view.intersects(bounds)));
    this.#pending = this.#pending.filter((shape) => !near.has(shape));
    return [...near];
  }
}
