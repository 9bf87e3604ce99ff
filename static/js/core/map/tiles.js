/* Tiles of the installation (MAP_TILES): one PMTiles file, served in ranges to signed-in people. */

import { get, orNull } from "../connection/api.js";
import { addScript } from "./leaflet.js";

/**
 * Add the installation's tiles above the background, if it has any. `attribute` receives their attribution.
 * @param {any} map @param {(attribution: string) => void} attribute
 */
export async function addTiles(map, attribute) {
  const tiles = await orNull(get("/map/tiles.json"));
  if (!tiles) return;
  await addScript("vendor/protomaps-leaflet/protomaps-leaflet.js");
  const { protomapsL } = /** @type {any} */ (globalThis);
  map.getPane("background").classList.add("has-tiles");
  protomapsL.leafletLayer({ url: tiles.url, maxDataZoom: tiles.max_zoom, flavor: isDark() ? "dark" : "light", lang: document.documentElement.lang, attribution: "" }).addTo(map);
  attribute(tiles.attribution);
}

function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}
