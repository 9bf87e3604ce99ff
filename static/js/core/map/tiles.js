/* Tiles of the installation (MAP_TILES): one PMTiles file, which the server serves in ranges to people who are signed in. */

import { get, orNull } from "../connection/api.js";
import { addScript } from "./leaflet.js";

/**
 * Add the installation's tiles above the background, if it has any. `attribute` receives their attribution.
 * @param {any} map @param {any} leaflet @param {(attribution: string) => void} attribute
 */
export async function addTiles(map, leaflet, attribute) {
  const tiles = await orNull(get("/map/tiles.json"));
  if (!tiles) return;
  const layer = tiles.kind === "vector" ? await vectorLayer(tiles.url) : await rasterLayer(leaflet, tiles);
  map.getPane("background").classList.add("has-tiles");
  layer.addTo(map);
  attribute(tiles.attribution);
}

/** @param {string} url */
async function vectorLayer(url) {
  await addScript("vendor/protomaps-leaflet/protomaps-leaflet.js");
  const isDark = getComputedStyle(document.documentElement).colorScheme === "dark" || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const { protomapsL } = /** @type {any} */ (globalThis);
  return protomapsL.leafletLayer({ url, flavor: isDark ? "dark" : "light", lang: document.documentElement.lang });
}

/** @param {any} leaflet @param {{ url: string, min_zoom: number, max_zoom: number }} tiles */
async function rasterLayer(leaflet, { url, min_zoom: minNativeZoom, max_zoom: maxNativeZoom }) {
  await addScript("vendor/pmtiles/pmtiles.js");
  const { pmtiles } = /** @type {any} */ (globalThis);
  return pmtiles.leafletRasterLayer(new pmtiles.PMTiles(url), { minNativeZoom, maxNativeZoom, leaflet });
}
