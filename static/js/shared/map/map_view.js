/** Map next to the list of its points, for mouse, keyboard and screen readers. The page provides the points and their texts. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { createBaseMap, mapLabel, whenSized } from "../../core/map/base_map.js";
import { loadMap } from "../../core/map/leaflet.js";
import { LinksLayer, shownLinks } from "../../core/map/links_layer.js";
import { MarksLayer, fitPoints } from "../../core/map/marks_layer.js";
import { ReachLayer } from "../../core/map/reach_layer.js";
import { addTiles } from "../../core/map/tiles.js";
import { number, t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { legend } from "./legend.js";
import { printWhole } from "./map_paper.js";
import { PinBar } from "./pin_bar.js";

const icon = (/** @type {string} */ path) => html`<svg viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true"><path d=${path} /></svg>`;
const FIT_ICON = icon("M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4"), MIDDLE_ICON = icon("M8 1v5M8 10v5M1 8h5M10 8h5");
const MAX_ROWS = 500; // rows drawn at a time; more follow on request

/**
 * @typedef {{ href: string, time: string, title: Drawn, note: string, isStruck: boolean, key?: string | null, below?: Drawn }} PointRow `key`: id of its card; `below`: content under the note
 * @typedef {object} MapHost
 * @property {string} heading
 * @property {MapPoint[]} points
 * @property {string} unplaced sentence about the cards without a point; "" if there are none
 * @property {string | null} selected
 * @property {(point: MapPoint) => PointRow} row
 * @property {(point: MapPoint) => string} mark text next to its mark
 * @property {(id: string, event: MouseEvent) => void} open
 * @property {((kind: string, point: { lat: number, lon: number, radius: number }) => void) | null} add
 * @property {Drawn} actions links above the list
 * @property {import("../../core/map/links_layer.js").MapLink[]} [links] lines between points
 * @property {{ box: Drawn, drawn: import("../../core/map/reach_layer.js").DrawnReach | null }} [reach] box over the map, and the reach that it draws
 * @property {() => void} draw
 */

export class MapView {
  /** @type {"loading" | "failed" | "shown"} */ #state = "loading";
  #element = document.createElement("div");
  /** @type {any} */ #map = null;
  /** @type {MarksLayer | null} */ #marks = null;
  /** @type {LinksLayer | null} */ #links = null;
  /** @type {ReachLayer | null} */ #reach = null;
  /** @type {MapHost} */ #host;
  #attribution = "";
  #isFitted = false;
  #rows = MAX_ROWS;
  /** @type {string | null} */ #selected = null; // of the last draw
  /** @type {string | null} */ #focused = null; // point whose row has the focus
  #pin;

  /** @param {MapHost} host of the first draw */
  constructor(host) {
    this.#host = host;
    this.#element.className = "map-canvas";
    this.#element.setAttribute("role", "region");
    this.#pin = new PinBar(() => this.#host.draw());
    this.#load();
  }

  async #load() {
    this.#state = "loading";
    try {
      const loaded = await loadMap();
      this.#attribution = loaded.background.attribution;
      await whenSized(this.#element);
      this.#create(loaded);
      this.#state = "shown";
      this.#update();
    } catch (error) {
      this.#state = "failed";
      reportError(error);
    }
    this.#host.draw();
  }

  /** @param {Awaited<ReturnType<typeof loadMap>>} loaded */
  #create(loaded) {
    const { points } = this.#host, fit = points.length ? (/** @type {any} */ created) => fitPoints(created, loaded.leaflet, points) : undefined;
    const map = (this.#map = createBaseMap(this.#element, loaded, fit));
    this.#isFitted = points.length > 0;
    this.#element.setAttribute("aria-label", mapLabel());
    addTiles(map, (text) => {
      this.#attribution = [text, loaded.background.attribution].filter(Boolean).join(" · ");
      this.#host.draw();
    });
    this.#reach = new ReachLayer(map, loaded.leaflet);
    this.#links = new LinksLayer(map, loaded.leaflet, (id, event) => this.#host.open(id, event));
    this.#marks = new MarksLayer(map, loaded.leaflet, { open: (id, event) => this.#host.open(id, event), textOf: (point) => this.#host.mark(point) });
    for (const pane of Object.values(map.getPanes())) pane.setAttribute("aria-hidden", "true"); // the list has the same content
    map.on("click", (/** @type {any} */ { latlng }) => this.#host.add && this.#pin.put(map, loaded.leaflet, latlng));
    printWhole(this.#element, map);
    new ResizeObserver(() => this.#onResize()).observe(this.#element);
  }

  /** @param {MapHost} host */
  template(host) {
    this.#host = host;
    queueMicrotask(() => this.#update()); // runs once the element is in the document
    return html`<section class="map-view" aria-label=${pageTitle("map")}>${this.#list()}<div class="map-frame">${this.#element}${this.#overMap()}</div></section>`;
  }

  #overMap() {
    if (this.#state === "failed") return html`<p class="map-problem" role="alert">${t("The map could not be loaded. The list has all points.")} <button type="button" data-act="load-map" @click=${() => this.#load()}>${t("Try again")}</button></p>`;
    if (this.#state === "loading") return html`<p class="map-problem" role="status">${t("Loading…")}</p>`;
    return html`<div class="map-buttons" role="group" aria-label=${pageTitle("map")}>
        ${this.#button("zoom-in", t("Zoom in"), "+", () => this.#map.zoomIn())}${this.#button("zoom-out", t("Zoom out"), "−", () => this.#map.zoomOut())}
        ${this.#button("fit", t("Show all points"), FIT_ICON, this.#fit)}
        ${this.#host.add ? this.#button("pin-center", t("Choose the middle of the map"), MIDDLE_ICON, () => this.#pin.put(this.#map, /** @type {any} */ (globalThis).L, this.#map.getCenter())) : nothing}</div>
      ${this.#host.add && this.#pin.isShown ? this.#pin.template(this.#host.add) : (this.#host.reach?.box ?? nothing)}
      ${legend(this.#host.links !== undefined, this.#host.points.some(({ kind }) => kind === "found"))}<p class="map-attribution" data-testid="attribution" translate="no">${this.#attribution}</p>`;
  }

  /** @param {string} act @param {string} name @param {Drawn} sign @param {() => void} run */
  #button = (act, name, sign, run) => html`<button type="button" data-act=${act} aria-label=${name} title=${name} @click=${run}>${sign}</button>`;

  #list() {
    const { points, heading, unplaced, actions } = this.#host, shown = points.slice(0, this.#rows);
    return html`<div class="map-list"><header><h2>${heading} <b>${number(points.length)}</b></h2>${actions}</header>
      ${points.length ? nothing : html`<p class="none">${t("No points yet.")}</p>`}
      <div class="map-rows" role="list" data-rows @click=${this.#onRow} @focusin=${this.#onFocus} @focusout=${this.#onFocus}>${repeat(shown, ({ id }) => id, (point) => this.#row(point))}</div>
      ${points.length > shown.length ? html`<button type="button" data-act="more-points" @click=${this.#more}>${t("Show more")}</button>` : nothing}
      ${unplaced ? html`<p class="quiet" data-testid="unplaced">${unplaced}</p>` : nothing}</div>`;
  }

  #more = () => {
    this.#rows += MAX_ROWS;
    this.#host.draw();
  };

  /** @param {MapPoint} point */
  #row(point) {
    const { href, time, title, note, isStruck, key = point.id, below = nothing } = this.#host.row(point);
    return html`<article role="listitem" class="map-row ${this.#host.selected === point.id ? "opened" : ""} ${isStruck ? "struck" : ""}" data-card=${key ?? nothing} data-point=${point.id}>
      <i class="shape ${point.shape} ${point.isRuledOut ? "out" : ""}" aria-hidden="true"></i><span class="time">${time}</span>
      <span class="what"><a dir="auto" href=${href} data-part="open">${title}</a><small>${note}</small>${below}</span></article>`;
  }

  /** @param {MouseEvent} event */
  #onRow = (event) => {
    const id = pointOfRow(event.target);
    if (id && /** @type {Element} */ (event.target).closest("[data-part=open]")) this.#host.open(id, event);
  };

  /** @param {FocusEvent} event */
  #onFocus = ({ type, target }) => {
    this.#focused = type === "focusin" ? pointOfRow(target) ?? null : null;
    this.#showMarks();
    if (this.#focused) this.#marks?.reveal(this.#focused);
  };

  get #marked() {
    return this.#focused ?? this.#host.selected;
  }

  get #shownLinks() {
    return shownLinks(this.#host.points, this.#host.links ?? []);
  }

  #showMarks() {
    this.#marks?.show(this.#host.points, this.#marked, new Set(this.#shownLinks.flatMap(({ from, to }) => [from, to])));
  }

  #fit = () => fitPoints(this.#map, /** @type {any} */ (globalThis).L, this.#host.points);

  /** Fit the map to its element, unless that is hidden. @param {boolean} [pan] true to keep the centre of the map in the centre */
  #onResize(pan = true) {
    if (this.#element.clientHeight) this.#map.invalidateSize({ animate: false, pan });
  }

  #update() {
    const { points, selected } = this.#host;
    if (!this.#marks || !this.#element.isConnected) return;
    if (selected !== this.#selected) this.#onResize(false); // opening or closing a card's panel changes the width
    this.#showMarks();
    if (!this.#isFitted && points.length) this.#fit();
    this.#isFitted ||= points.length > 0;
    this.#links?.show(points, this.#shownLinks);
    this.#reach?.show(this.#host.reach?.drawn ?? null);
    if (selected !== this.#selected && selected) this.#revealRow(selected);
    this.#selected = selected;
  }

  /** @param {string} id */
  #revealRow(id) {
    this.#marks?.reveal(id);
    document.querySelector(`.map-row[data-point="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" });
  }
}

/** @param {EventTarget | null} target */
const pointOfRow = (target) => /** @type {HTMLElement | null} */ (/** @type {Element | null} */ (target)?.closest("[data-point]"))?.dataset.point;
