/* Leaflet and the background of the maps, loaded when a map is first shown, so that other pages do not download them. Leaflet needs no
   WebGL. Nothing is requested from another host. */

import { get } from "../connection/api.js";
import { flattenMarkers } from "./flat_markers.js";

/** @typedef {any} Leaflet */
/** @typedef {(string | number)[]} Named [x, y, size, name, …names by language] */
/** @typedef {{ attribution: string, countries: number[][][], provinces: number[][][], cantons: number[][], rail: [number, number][], stations: Named[], towns: Named[] }} Background */

/** @type {Promise<{ leaflet: Leaflet, background: Background }> | null} */
let loading = null;

/** Return Leaflet and the background; a later call retries after a failure. */
export function loadMap() {
  loading ??= load().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load() {
  const [background] = await Promise.all([get(fileUrl("map/background.json")), hasLeaflet() ? undefined : addScript("vendor/leaflet/leaflet.js"), addStyle("css/map.css")]);
  const leaflet = /** @type {any} */ (globalThis).L;
  flattenMarkers(leaflet);
  return { leaflet, background };
}

/** Return true if another part of the page has loaded it. */
const hasLeaflet = () => Boolean(/** @type {any} */ (globalThis).L);

/** Return the URL of a static file. @param {string} name */
export const fileUrl = (name) => `${document.body.dataset.files ?? "/static/"}${name}`;

/** Load a script that is not a module. @param {string} name */
export function addScript(name) {
  return added(Object.assign(document.createElement("script"), { src: fileUrl(name) }));
}

/** @param {string} name */
function addStyle(name) {
  return added(Object.assign(document.createElement("link"), { rel: "stylesheet", href: fileUrl(name) }));
}

/** @param {HTMLElement} element @returns {Promise<unknown>} */
function added(element) {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => {
      element.remove();
      reject(new Error("A file of the map was not loaded."));
    });
    document.head.append(element);
  });
}
