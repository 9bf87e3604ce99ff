/* Map of a search on a wall in an inner room. The server draws it as a picture, because this display may not receive the places as data. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { pageTitle } from "../core/rules/pages.js";

const REFRESH_MS = 10_000; // at most one new drawing in this time, also during a burst of events
const INNER = "inner";

/** Drawings by search. @typedef {{ seq: number, at: number, hasPoints: boolean }} Drawing */
/** @type {Map<string, Drawing>} */
const drawings = new Map();

/** Return true if the map of a search is shown: it has points. @param {string} search @param {string | undefined} profile */
export const hasMap = (search, profile) => profile === INNER && Boolean(drawings.get(search)?.hasPoints);

/** @param {Pick<BoardContext, "board" | "profile">} view */
export function mapInset({ board, profile }) {
  if (profile !== INNER || board.get(board.id)?.state.status !== "open") return nothing;
  const drawing = drawingOf(board), { theme = "dark" } = document.documentElement.dataset;
  return html`<img class="map-inset" data-testid="wall-map" alt=${pageTitle("map")} ?hidden=${!drawing.hasPoints} @load=${onLoad(board.id)} @error=${onLoad(board.id)} decoding="async" draggable="false"
    src="/wall/searches/${board.id}/map.svg?at=${drawing.seq}&theme=${theme}" />`;
}

/** @param {Board} board @returns {Drawing} */
function drawingOf({ id, seq }) {
  const shown = drawings.get(id), now = performance.now();
  if (shown && (shown.seq === seq || now - shown.at < REFRESH_MS)) return shown;
  const drawing = { seq: seq ?? 0, at: now, hasPoints: shown?.hasPoints ?? false };
  drawings.set(id, drawing);
  return drawing;
}

/** The drawing of a search without points is one pixel. @param {string} search @returns {(event: Event) => void} */
const onLoad = (search) => ({ type, target }) => {
  const image = /** @type {HTMLImageElement} */ (target), drawing = drawings.get(search);
  if (drawing) drawing.hasPoints = type === "load" && image.naturalWidth > 1;
  image.hidden = !drawing?.hasPoints;
};
