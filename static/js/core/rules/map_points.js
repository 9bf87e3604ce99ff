/* Points of a board on its map: the same rules as board/maps/points.py, which both read as data (board/config/map_marks.py). Pure. */

import { rules } from "../i18n.js";
import { meetsCondition } from "./conditions.js";
import { valueAt } from "./merge_patch.js";

const FULL_TURN = 360, HALF_TURN = 180;

/**
 * Return the points of a board, those without a time last. `center` is the point itself, or the middle of the outline; `id` is unique
 * on the map, `entity` the id of its entity.
 * @param {{ of(kind: string): Iterable<{ id: string, kind: string, state: State }> }} board
 * @returns {MapPoint[]}
 */
export function mapPoints(board) {
  const points = rules().map.flatMap((mark) => [...board.of(mark.kind)].map(({ id, state }) => knownPoint(mark, id, state)));
  return /** @type {MapPoint[]} */ (points.filter((point) => point !== null)).sort(byTime);
}

/** Points by mark and state. A state is immutable: a change of the entity replaces it. @type {WeakMap<DeclaredMark, WeakMap<State, MapPoint | null>>} */
const known = new WeakMap();

/** Return the point of an entity: the same object for the same state. @param {DeclaredMark} mark @param {string} id @param {State} state */
function knownPoint(mark, id, state) {
  const points = known.get(mark) ?? new WeakMap();
  if (!points.has(state)) known.set(mark, points.set(state, pointOf(mark, id, state)));
  return points.get(state) ?? null;
}

/** @param {DeclaredMark} mark @param {string} id @param {State} state @returns {MapPoint | null} */
function pointOf(mark, id, state) {
  if (!meetsCondition(mark.shown ?? {}, state)) return null;
  const place = valueAt(state, mark.place), outline = mark.outline ? continuous(valueAt(state, mark.outline) ?? []) : [];
  const center = typeof place?.lat === "number" && typeof place.lon === "number" ? [place.lat, place.lon] : middle(outline);
  if (center === null) return null;
  return {
    id: mark.part ? `${id}#${mark.part}` : id, entity: id, kind: mark.part || mark.kind, number: state.number ?? null, shape: mark.shapes.find(([condition]) => meetsCondition(condition, state))?.[1] ?? "unknown",
    isRuledOut: mark.ruled_out !== null && meetsCondition(mark.ruled_out, state), center, radius: place?.radius_m ?? null,
    outline, isLine: mark.line !== null && meetsCondition(mark.line, state),
    at: valueAt(state, mark.at) ?? null, until: (mark.until && valueAt(state, mark.until)) || null,
  };
}

/**
 * Continue an outline across the date line, so that it does not run around the world.
 * @param {number[][]} outline
 */
function continuous(outline) {
  let shift = 0;
  return outline.map(([lat, lon], index) => {
    const step = index ? lon - outline[index - 1][1] : 0;
    if (step > HALF_TURN) shift -= FULL_TURN;
    if (step < -HALF_TURN) shift += FULL_TURN;
    return [lat, lon + shift];
  });
}

/** @param {number[][]} outline */
function middle(outline) {
  if (!outline.length) return null;
  return [0, 1].map((axis) => {
    const values = outline.map((point) => point[axis]);
    return (Math.min(...values) + Math.max(...values)) / 2;
  });
}

/** @param {MapPoint} a @param {MapPoint} b */
function byTime(a, b) {
  if (a.at !== b.at) return a.at === null ? 1 : b.at === null ? -1 : a.at < b.at ? -1 : 1;
  return (a.number ?? 0) - (b.number ?? 0) || (a.id < b.id ? -1 : 1);
}
