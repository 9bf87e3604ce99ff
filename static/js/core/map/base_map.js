/* Map with its background: outlines, railways, stations and names. The style sheets set all colours, so that a change
   of theme needs no redraw. */

import { t } from "../i18n.js";
import { covered, fitting, lineBetween, nameIn, pointOfNamed, raised, uncut } from "./lines.js";
import { Outlines } from "./outlines.js";

/** @typedef {import("./leaflet.js").Background} Background */

const MIN_ZOOM = 3, MAX_ZOOM = 18;
const FROM_ZOOM = { cantons: 8, rail: 9, stations: 10, stationNames: 12 }; // first zoom that shows each kind of detail
const TOWN_ZOOM = [12, 12, 11, 10, 9, 8, 7]; // first zoom that shows the name of a town, by its population class
const MAX_NAMES = 60;
const PADDING = 0.5; // margin drawn around the view, as a share of the view, so that dragging shows no gaps
const BELGIUM = [[49.5, 2.54], [51.51, 6.41]];
export const MARKS_DRAWN = "marksdrawn"; // event of a map, with the centers of its marks and the boxes of their texts
const BACKGROUND_PANE = "background", NAME_PANE = "names";

/**
 * Create a map in an element that has its size. Its names and attribution are text; `aria-hidden` content is in the list next to it.
 * @param {HTMLElement} element
 * @param {{ leaflet: any, background: Background }} loaded
 * @param {(map: any) => void} [show] sets the first view, so that nothing is drawn for another one
 */
export function createBaseMap(element, { leaflet, background }, show = (map) => map.fitBounds(BELGIUM)) {
  element.translate = false; // browsers must not translate names of places
  const map = leaflet.map(element, {
    zoomControl: false, attributionControl: false, minZoom: MIN_ZOOM, maxZoom: MAX_ZOOM, zoomSnap: 1, keyboard: true, worldCopyJump: false,
    zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches, fadeAnimation: false, markerZoomAnimation: false,
  });
  map.createPane(BACKGROUND_PANE).classList.add("map-background");
  map.createPane(NAME_PANE).classList.add("map-names");
  leaflet.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  show(map);
  addBackground(map, leaflet, background);
  return map;
}

/** Wait until an element is on the screen. @param {HTMLElement} element @returns {Promise<void>} */
export const whenSized = (element) => new Promise((resolve) => {
  const observer = new ResizeObserver(() => {
    if (!element.clientHeight) return;
    observer.disconnect();
    resolve();
  });
  observer.observe(element);
});

/** @param {any} map @param {any} leaflet @param {Background} background */
function addBackground(map, leaflet, background) {
  const outlines = outlinesOf(map, leaflet, background);
  const names = leaflet.layerGroup([], { pane: NAME_PANE }).addTo(map);
  /** @type {NameLabel[]} */
  let labels = [];
  /** @type {number[][]} */
  let marks = [];
  /** @type {import("./lines.js").Box[]} */
  let texts = [];
  const update = () => {
    showOutlines(map, outlines);
    labels = drawNames(map, leaflet, background, names);
    hideCovered(map, labels, marks, texts);
  };
  map.on("zoomend moveend resize", update);
  map.on(MARKS_DRAWN, (/** @type {any} */ drawn) => {
    [marks, texts] = [drawn.centers, drawn.texts];
    hideCovered(map, labels, marks, texts);
  });
  update();
}

/** @typedef {{ from: number, lines: Outlines }} ZoomedOutlines `from`: zoom from which they are shown */

/** Return the outlines in the order in which they cover each other. @param {any} map @param {any} leaflet @param {Background} background @returns {ZoomedOutlines[]} */
function outlinesOf(map, leaflet, { countries, provinces, cantons, rail, stations }) {
  const renderer = leaflet.svg({ pane: BACKGROUND_PANE, padding: PADDING });
  const options = (/** @type {string} */ className) => ({ renderer, pane: BACKGROUND_PANE, interactive: false, className, smoothFactor: 1.5 });
  const areas = (/** @type {number[][][]} */ shapes, /** @type {string} */ className) => new Outlines(map, leaflet, shapes, (near) => leaflet.polygon(near, options(className)));
  const lines = (/** @type {number[][]} */ all, /** @type {string} */ className) => new Outlines(map, leaflet, all.map((line) => [line]), (near) => leaflet.polyline(near.flat(), options(className)));
  const links = rail.map(([from, to]) => lineBetween(stations[from], stations[to]));
  return [
    { from: MIN_ZOOM, lines: areas(countries, "map-country") }, { from: MIN_ZOOM, lines: areas(provinces, "map-province") },
    { from: FROM_ZOOM.cantons, lines: lines(cantons, "map-canton") }, { from: FROM_ZOOM.rail, lines: lines(links, "map-rail") },
  ];
}

/** @param {any} map @param {ZoomedOutlines[]} outlines */
function showOutlines(map, outlines) {
  const zoom = map.getZoom(), near = map.getBounds().pad(PADDING);
  const added = outlines.filter(({ from, lines }) => lines.show(zoom >= from, near));
  if (added.length) for (const { lines } of outlines) lines.bringToFront();
}

/** @typedef {{ kind: string, text: string, point: [number, number], x: number, y: number, marker: any }} NameLabel */

/** Hide the names that would be under marks. @param {any} map @param {NameLabel[]} labels @param {number[][]} marks @param {import("./lines.js").Box[]} texts */
function hideCovered(map, labels, marks, texts) {
  const hidden = covered(labels, marks.map((center) => map.latLngToContainerPoint(center)), texts);
  for (const label of labels) label.marker.getElement()?.classList.toggle("covered", hidden.has(label));
}

/** @param {any} map @param {any} leaflet @param {Background} background @param {any} names @returns {NameLabel[]} labels with a name */
function drawNames(map, leaflet, background, names) {
  const zoom = map.getZoom(), bounds = map.getBounds().pad(0.05), language = document.documentElement.lang;
  const visible = [
    ...background.towns.filter((town) => zoom >= TOWN_ZOOM[Number(town[2])]).map((named) => ({ named, kind: "town" })),
    ...(zoom >= FROM_ZOOM.stations ? background.stations.filter(([, , , name]) => name).map((named) => ({ named, kind: "station" })) : []),
  ].map(({ named, kind }) => ({ kind, point: pointOfNamed(named), text: nameIn(named, language) })).filter(({ point }) => bounds.contains(point));
  const placed = raised(visible.map((label) => ({ ...label, ...map.latLngToContainerPoint(label.point) })));
  const shown = new Set(fitting(uncut(placed, map.getSize()).filter(({ kind }) => kind === "town" || zoom >= FROM_ZOOM.stationNames), MAX_NAMES));
  names.clearLayers();
  const drawn = placed.filter((label) => label.kind === "station" || shown.has(label)).map((label) => ({ ...label, hasName: shown.has(label), marker: nameMarker(leaflet, label, shown.has(label)) }));
  for (const { marker } of drawn) names.addLayer(marker);
  return drawn.filter(({ hasName }) => hasName);
}

/** @param {any} leaflet @param {{ kind: string, text: string, point: [number, number], isRaised: boolean }} label @param {boolean} hasName */
function nameMarker(leaflet, { kind, text, point, isRaised }, hasName) {
  const element = document.createElement("span");
  if (hasName) element.textContent = text;
  const icon = leaflet.divIcon({ html: element, className: `map-name ${kind} ${isRaised ? "raised" : ""}`, iconSize: [0, 0] });
  return leaflet.marker(point, { icon, pane: NAME_PANE, interactive: false, keyboard: false });
}

/** Name of a map for screen readers. */
export const mapLabel = () => t("Map. Arrow keys move it, plus and minus zoom. The list has the same points.");
