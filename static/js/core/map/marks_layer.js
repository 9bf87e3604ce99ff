/* Marks of points on a map. Points that would cover each other share one mark with their number; a press on it zooms in, or opens the
   only one. Circles show how far a point may be off: no point may look more precise than it is. */

import { MARKS_DRAWN } from "./base_map.js";
import { roomOf, textPlaces } from "./mark_texts.js";

const GROUP_PX = 22; // marks nearer than this share one
const MAX_CIRCLES = 300; // at a time; more would only cover the map
const HATCH = "map-hatch";
const FIT_ZOOM = 15; // at most: a single point needs its surroundings
const MAX_RANK = 100; // above all ranks of points
const SVG = "http://www.w3.org/2000/svg";
const SHAPE_RANK = ["found", "content-1", "content-2", "seen-last", "content-4", "content-5", "task", "searched", "cross"]; // of a shared mark, and of texts: the most certain

/**
 * Group points by their position on the screen. Pure.
 * @param {MapPoint[]} points
 * @param {(point: MapPoint) => { x: number, y: number }} project
 * @returns {MapPoint[][]}
 */
export function groupPoints(points, project) {
  /** @type {Map<string, MapPoint[]>} */
  const groups = new Map();
  for (const point of points) {
    const { x, y } = project(point), key = `${Math.round(x / GROUP_PX)},${Math.round(y / GROUP_PX)}`;
    const group = groups.get(key);
    if (group) group.push(point);
    else groups.set(key, [point]);
  }
  for (const group of groups.values()) group.sort((a, b) => rankOf(a) - rankOf(b));
  return [...groups.values()];
}

/** @param {MapPoint} point */
function rankOf({ shape, isRuledOut }) {
  const rank = SHAPE_RANK.includes(shape) ? SHAPE_RANK.indexOf(shape) : SHAPE_RANK.length; // unknown shapes, from a newer server, come last
  return rank + (isRuledOut ? SHAPE_RANK.length + 1 : 0);
}

/** Show all points on a map. @param {any} map @param {any} leaflet @param {MapPoint[]} points */
export function fitPoints(map, leaflet, points) {
  const bounds = leaflet.latLngBounds(points.flatMap(({ center, outline }) => [center, ...outline]));
  if (bounds.isValid()) map.fitBounds(bounds, { maxZoom: FIT_ZOOM, padding: [48, 48], animate: false });
}

export class MarksLayer {
  /** @type {MapPoint[]} */ #points = [];
  #map;
  #leaflet;
  #open;
  #textOf;
  /** @type {Map<string, any>} */ #marks = new Map(); // by the key of what they show
  /** @type {Map<string, any>} */ #shapes = new Map(); // circles and outlines
  /** @type {MapPoint[][]} */ #groups = []; // as drawn
  /** @type {string | null} */ #selected = null;
  /** @type {Set<string>} */ #joined = new Set(); // points at the ends of links: their texts come first
  #renderer;

  /**
   * @param {any} map @param {any} leaflet
   * @param {{ open(id: string, event: MouseEvent): void, textOf(point: MapPoint): string }} host
   */
  constructor(map, leaflet, { open, textOf }) {
    this.#map = map;
    this.#leaflet = leaflet;
    this.#open = open;
    this.#textOf = textOf;
    this.#renderer = leaflet.svg({ padding: 0.5 }).addTo(map);
    addHatch(this.#renderer);
    map.on("zoomend", () => this.#draw());
    map.on("moveend", () => this.#hideCrowded(this.#groups)); // other texts are cut by the edge
  }

  /** @param {MapPoint[]} points @param {string | null} selected @param {Set<string>} [joined] points at the ends of links */
  show(points, selected, joined = new Set()) {
    if (this.#isShown(points, selected, joined)) return;
    this.#points = points;
    this.#selected = selected;
    this.#joined = joined;
    this.#draw();
  }

  /** Return true if the marks are those of these points, with their present texts. @param {MapPoint[]} points @param {string | null} selected @param {Set<string>} joined */
  #isShown(points, selected, joined) {
    const isSame = selected === this.#selected && hasSameItems(points, this.#points) && hasSameItems([...joined], [...this.#joined]);
    return isSame && this.#groups.length > 0 && this.#groups.every((group) => this.#marks.has(this.#keyOf(group)));
  }

  /** Move the map so that a point is visible, without a change of zoom. @param {string} id */
  reveal(id) {
    const point = this.#points.find((one) => one.id === id);
    if (point && !this.#map.getBounds().pad(-0.05).contains(point.center)) this.#map.panTo(point.center, { animate: false });
  }

  #draw() {
    const groups = (this.#groups = groupPoints(this.#points, ({ center }) => this.#map.project(center)));
    sync(this.#marks, new Map(groups.map((group) => [this.#keyOf(group), group])), (group) => this.#addMark(group), this.#map);
    this.#hideCrowded(groups);
    sync(this.#shapes, shapesOf(this.#points), (shape) => this.#addShape(shape), this.#map);
  }

  /** Hide the texts that would cover others; the list has all of them. @param {MapPoint[][]} groups */
  #hideCrowded(groups) {
    const bounds = this.#map.getPixelBounds(), view = { left: bounds.min.x, right: bounds.max.x };
    const marks = groups.map((group) => ({ group, named: namedOf(group, this.#joined), mark: this.#marks.get(this.#keyOf(group)) }));
    marks.sort((a, b) => this.#textRank(a.named) - this.#textRank(b.named));
    const texts = marks.map(({ group, named }) => ({ id: group[0].id, text: named ? this.#textOf(named) : "", ...this.#map.project(group[0].center), isShared: group.length > 1, mustShow: named !== null && this.#mustShow(named) }));
    const places = textPlaces(texts, view);
    marks.forEach(({ mark }, index) => putText(mark?.getElement(), places.get(texts[index].id)?.side, texts[index], view));
    const boxes = [...places.values()].map(({ box }) => ({ ...box, x: box.x - bounds.min.x, y: box.y - bounds.min.y }));
    this.#map.fire(MARKS_DRAWN, { centers: groups.map(([{ center }]) => center), texts: boxes });
  }

  /** Return the order of a text: the selected point, points at the ends of links, the most certain. @param {MapPoint | null} point */
  #textRank(point) {
    if (point === null) return MAX_RANK;
    return rankOf(point) - Number(this.#mustShow(point)) * (point.id === this.#selected ? 2 : 1) * MAX_RANK;
  }

  /** @param {MapPoint} point */
  #mustShow = ({ id }) => id === this.#selected || this.#joined.has(id);

  /** @param {MapPoint[]} group */
  #keyOf = (group) => {
    const named = namedOf(group, this.#joined);
    return [keyOf(group, this.#selected), named?.id, named && this.#textOf(named)].join(" ");
  };

  /** @param {MapPoint[]} group */
  #addMark(group) {
    const [first] = group, named = namedOf(group, this.#joined), isSelected = group.some(({ id }) => id === this.#selected);
    const icon = this.#leaflet.divIcon({ html: markElement(group, named ? this.#textOf(named) : ""), className: `map-mark ${isSelected ? "selected" : ""}`, iconSize: [22, 22] });
    const marker = this.#leaflet.marker(first.center, { icon, keyboard: false, riseOnHover: true, title: group.length === 1 ? this.#textOf(first) : "" });
    marker.on("click", (/** @type {any} */ event) => this.#onClick(group, event));
    return marker.addTo(this.#map);
  }

  /** @param {MapPoint[]} group @param {any} event */
  #onClick(group, event) {
    const spread = this.#leaflet.latLngBounds(group.map(({ center }) => center));
    const isOnePlace = spread.getNorthEast().equals(spread.getSouthWest()) || this.#map.getZoom() === this.#map.getMaxZoom();
    if (group.length === 1 || isOnePlace) this.#open(group[0].id, event.originalEvent);
    else this.#map.fitBounds(spread, { padding: [60, 60] });
  }

  /** @param {Shape} shape */
  #addShape({ point, isCircle }) {
    const style = { renderer: this.#renderer, interactive: false, className: `map-area ${point.kind} ${point.isRuledOut ? "out" : ""} ${point.shape}`, ...(point.kind === "place" && !point.isLine && { fillColor: `url(#${HATCH})`, fillOpacity: 1 }) };
    if (isCircle) return this.#leaflet.circle(point.center, { ...style, radius: point.radius }).addTo(this.#map);
    const draw = point.isLine || point.outline.length === 2 ? "polyline" : "polygon";
    return this.#leaflet[draw](point.outline, { ...style, ...(draw === "polyline" && { fill: false }) }).addTo(this.#map);
  }
}

/**
 * Return the point whose text is shown next to a mark. A shared mark shows a text only for a point at the end of a link.
 * @param {MapPoint[]} group @param {Set<string>} joined
 */
const namedOf = (group, joined) => (group.length === 1 ? group[0] : group.find(({ id }) => joined.has(id)) ?? null);

/** @param {unknown[]} one @param {unknown[]} other */
const hasSameItems = (one, other) => one.length === other.length && one.every((item, index) => item === other[index]);

/** @typedef {{ point: MapPoint, isCircle: boolean }} Shape */

/**
 * Return the circles and outlines to draw, by key. Equal circles are drawn once.
 * @param {MapPoint[]} points
 */
function shapesOf(points) {
  /** @type {Map<string, Shape>} */
  const shapes = new Map();
  let circles = 0;
  for (const point of points) {
    if (point.outline.length > 1) shapes.set(`${point.id} ${point.isLine} ${point.outline.join()}`, { point, isCircle: false });
    const key = `${point.center.join()} ${point.radius} ${point.kind} ${point.shape} ${point.isRuledOut}`;
    if (!point.radius || point.outline.length > 1 || shapes.has(key) || circles === MAX_CIRCLES) continue;
    shapes.set(key, { point, isCircle: true });
    circles += 1;
  }
  return shapes;
}

/** @param {MapPoint[]} group @param {string | null} selected */
const keyOf = (group, selected) => [group.map(({ id }) => id).join(), group[0].center.join(), group[0].shape, group[0].isRuledOut, group[0].number, group[0].at, group.some(({ id }) => id === selected)].join(" ");

/**
 * Add and remove layers so that those of `wanted` are shown; layers with the same key stay.
 * @template T
 * @param {Map<string, any>} layers @param {Map<string, T>} wanted @param {(value: T) => any} add @param {any} map
 */
function sync(layers, wanted, add, map) {
  for (const [key, layer] of layers) {
    if (wanted.has(key)) continue;
    map.removeLayer(layer);
    layers.delete(key);
  }
  for (const [key, value] of wanted) if (!layers.has(key)) layers.set(key, add(value));
}

/** @param {MapPoint[]} group @param {string} text "" for none */
function markElement(group, text) {
  const [first] = group, element = document.createElement("span"), shape = document.createElement("i");
  shape.className = `shape ${first.shape} ${first.isRuledOut ? "out" : ""}`;
  element.append(shape);
  if (group.length > 1) element.append(noteElement("b", "many", String(group.length)));
  if (text) element.append(noteElement("span", "mark-text", text));
  element.dataset.points = group.map(({ id }) => id).join(" ");
  return element;
}

/**
 * Put the text of a mark on its side, no wider than the map there.
 * @param {HTMLElement | undefined} element @param {"right" | "left" | undefined} side undefined to hide it
 * @param {import("./mark_texts.js").MarkText} text @param {import("./mark_texts.js").View} view
 */
function putText(element, side, text, view) {
  element?.classList.toggle("crowded", !side);
  element?.classList.toggle("to-left", side === "left");
  element?.style.setProperty("--mark-room", `${Math.round(roomOf(text, side ?? "right", view))}px`);
}

/** @param {string} tag @param {string} name @param {string} text */
function noteElement(tag, name, text) {
  const note = document.createElement(tag);
  note.className = name;
  note.textContent = text;
  return note;
}

/** Add the hatching of searched places. @param {any} renderer */
function addHatch(renderer) {
  const pattern = document.createElementNS(SVG, "pattern"), line = document.createElementNS(SVG, "path"), defs = document.createElementNS(SVG, "defs");
  for (const [name, value] of Object.entries({ id: HATCH, width: "8", height: "8", patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" })) pattern.setAttribute(name, value);
  line.setAttribute("d", "M0 0V8");
  line.setAttribute("class", "map-hatching");
  pattern.append(line);
  defs.append(pattern);
  renderer._container.prepend(defs);
}
