/** Import of places from a GPX or GeoJSON file, such as a phone's track. Shows a preview; nothing changes until somebody adds the places. */

import { html, nothing, svg } from "../../vendor/lit-html/lit-html.js";
import { post } from "../core/connection/api.js";
import { Refusal } from "../core/errors.js";
import { n, t } from "../core/i18n.js";
import { newUploadId } from "../core/storage/upload_calls.js";
import { formatMoment } from "../format/time_elements.js";
import { announce } from "./announcer.js";

const TIMEOUT_MS = 60_000;
const MAX_NAME = 200; // characters that the server accepts
const BOX = 100; // width and height of a drawing, in units of its viewBox
const KINDS = { line: "track", area: "area", point: "other" }; // kinds of searched places, by shape

export class TrackImport {
  #session;
  #board;
  #draw;
  /** @type {TrackPlace[] | null} */ #places = null;
  /** @type {Set<number>} */ #left = new Set(); // indexes of the deselected places
  /** @type {File | null} */ #file = null;
  #message = "";
  #isBusy = false;

  /** @param {Session} session @param {string} board @param {() => void} draw */
  constructor(session, board, draw) {
    this.#session = session;
    this.#board = board;
    this.#draw = draw;
  }

  button() {
    const choose = (/** @type {Event} */ { currentTarget }) => /** @type {HTMLElement} */ (currentTarget).parentElement?.querySelector("input")?.click();
    return html`<span><button type="button" data-act="import-track" ?disabled=${this.#isBusy} @click=${choose}>${t("Import a track…")}</button>
      <input type="file" accept=".gpx,.geojson,.json,application/gpx+xml,application/geo+json" hidden tabindex="-1" data-import aria-label=${t("Import a track…")} @change=${this.#chosen}></span>`;
  }

  /** @param {Event} event */
  #chosen = async ({ target }) => {
    const input = /** @type {HTMLInputElement} */ (target), file = input.files?.[0];
    if (!file) return;
    this.#show({ message: t("Reading the file…"), isBusy: true });
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const { places } = await post(`/api/v1/boards/${this.#board}/tracks/preview`, bytes, { timeoutMs: TIMEOUT_MS });
      this.#file = file;
      this.#show({ places });
    } catch (error) {
      this.#show({ message: error instanceof Refusal ? error.message : t("Cannot reach the server. Try again.") });
    }
    input.value = ""; // allows choosing the same file again
  };

  /** @param {{ places?: TrackPlace[] | null, message?: string, isBusy?: boolean }} shown */
  #show({ places = null, message = "", isBusy = false }) {
    this.#places = places;
    this.#message = message;
    this.#isBusy = isBusy;
    this.#left = new Set();
    this.#draw();
  }

  #cancel = () => this.#show({});

  /** @param {number} at */
  #toggle = (at) => {
    if (!this.#left.delete(at)) this.#left.add(at);
    this.#draw();
  };

  /** Add the selected places, and attach the file to the first one. */
  #add = async () => {
    const places = (this.#places ?? []).filter((_, at) => !this.#left.has(at)), file = this.#file, board = this.#session.board(this.#board);
    this.#show({ message: t("Adding…"), isBusy: true });
    try {
      for (const [at, place] of places.entries()) {
        const id = newUploadId();
        if (at === 0 && file) this.#session.uploads.add(this.#board, { command: id }, file);
        await board.send("place.add", this.#data(place), { id });
      }
      announce(n("{count} place added.", "{count} places added.", places.length));
      this.#show({});
    } catch { // a notice on the page shows the reason
      this.#show({ message: t("The import stopped. Places that are already here were added.") });
    }
  };

  /** @param {TrackPlace} place */
  #data(place) {
    const { kind, outline, from, until } = place, [[lat, lon]] = outline;
    const where = outline.length > 1 ? { outline } : { location: { text: this.#nameOf(place), lat, lon } };
    return { name: this.#nameOf(place), kind: KINDS[/** @type {keyof typeof KINDS} */ (kind)], ...where, ...(from && { searched_from: from }), ...(until && { searched_until: until }) };
  }

  /** @param {TrackPlace} place */
  #nameOf = ({ name }) => (name || baseName(this.#file?.name ?? "") || t("Track")).slice(0, MAX_NAME);

  draw() {
    const places = this.#places;
    if (!places) return this.#message ? html`<section class="box track-import" data-testid="track-import"><p role="status">${this.#message}</p></section>` : nothing;
    const count = places.length - this.#left.size;
    return html`<section class="box track-import" data-testid="track-import" aria-labelledby="track-title"><h2 id="track-title">${t("Import: {file}", { file: this.#file?.name ?? "" })}</h2>
      <p class="quiet">${t("Nothing changes before you add the places. The file is attached to the first of them.")}</p>
      <ul>${places.map((place, at) => html`<li><label><input type="checkbox" .checked=${!this.#left.has(at)} @change=${() => this.#toggle(at)} /> ${drawing(place)} <span><b><bdi>${this.#nameOf(place)}</bdi></b> <span class="quiet">${summary(place)}</span></span></label></li>`)}</ul>
      <div class="buttons"><button type="button" data-act="cancel-track" @click=${this.#cancel}>${t("Cancel")}</button>
        <button type="button" class="primary" data-act="add-track" ?disabled=${!count} @click=${this.#add}>${n("Add {count} place", "Add {count} places", count)}</button></div></section>`;
  }
}

/** Return the name of a file without its extension. @param {string} name */
const baseName = (name) => (name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : name);

/** @param {TrackPlace} place */
function summary({ kind, points, from, until }) {
  const times = from && until && from !== until ? t("{from} to {to}", { from: formatMoment(from), to: formatMoment(until) }) : from ? formatMoment(from) : "";
  const size = kind === "point" ? t("one point") : n("{count} point", "{count} points", points);
  return [size, times].filter(Boolean).join(" · ");
}

/** Draw the shape of a place, with longitudes scaled for its latitude. @param {TrackPlace} place */
function drawing({ outline, kind }) {
  const lats = outline.map(([lat]) => lat), lons = outline.map(([, lon]) => lon), south = Math.min(...lats), west = Math.min(...lons);
  const shrink = Math.cos((south * Math.PI) / 180), side = Math.max(Math.max(...lats) - south, (Math.max(...lons) - west) * shrink) || 1;
  const points = outline.map(([lat, lon]) => `${round(((lon - west) * shrink) / side)},${round(1 - (lat - south) / side)}`);
  return html`<svg viewBox="-6 -6 ${BOX + 12} ${BOX + 12}" aria-hidden="true">${points.length === 1 ? svg`<circle cx="50" cy="50" r="8" />` : kind === "area" ? svg`<polygon points=${points.join(" ")} />` : svg`<polyline points=${points.join(" ")} />`}</svg>`;
}

/** @param {number} share */
const round = (share) => Math.round(share * BOX * 10) / 10;
