/* Sizes: as large as fits, and never smaller than readable from across the room. Pure. */

// A capital has at least 1/200 of the distance: 17 minutes of arc, within what control rooms go by (NUREG-0700, 1.3.1-4, and
// ISO 9241-3: at least 16, better 20 to 22). From 5 m that is 25 mm; on a screen of 55 inches with 1080 rows 39 of its pixels,
// in letters whose capitals are 0.7 of their size: 56 px. Other screens are taken to be as large, so the part of them is the same.
const DISTANCE_MM = 5_000, CAPITAL_MM = DISTANCE_MM / 200, DIAGONAL_MM = 55 * 25.4, CAPITAL = 0.7;

/**
 * Return the smallest readable font size in px for a screen of this size.
 * @param {number} width
 * @param {number} height
 */
export const smallest = (width, height) => (CAPITAL_MM * Math.hypot(width, height)) / DIAGONAL_MM / CAPITAL;

// What one search takes, in units of its smallest type: as a card of five lines, or in three. `head` is how large its running time
// is, from and to: what a cell is higher than needed, that gets.
const CARD = { density: "card", width: 15.5, height: 7.1, head: [1.8, 2.9] };
const ROW = { density: "row", width: 15.5, height: 3.35, head: [1, 1.1] };
const GAP = 0.3; // gap between tiles, in units of the smallest font size

/**
 * Fit `count` searches into width x height px with a font of at least `floor` px.
 * @param {number} count
 * @param {number} width
 * @param {number} height
 * @param {number} floor
 * @returns {TileGrid}
 */
export function fit(count, width, height, floor) {
  const all = best(count, width, height, floor, CARD) ?? best(count, width, height, floor, ROW);
  if (all) return { ...all, perPage: count, pages: 1 };
  const most = mostOf(width, height, floor);
  const pages = Math.ceil(count / most), perPage = Math.ceil(count / pages); // pages equally full, so that the font is larger
  return { ...(best(perPage, width, height, floor, ROW) ?? grid(1, perPage, width, height, floor, ROW)), perPage, pages };
}

/**
 * Return the grid with the largest font, or null if even that is too small.
 * @param {number} count
 * @param {number} width
 * @param {number} height
 * @param {number} floor
 * @param {TileShape} kind
 */
function best(count, width, height, floor, kind) {
  const grids = Array.from({ length: count }, (_, index) => grid(index + 1, Math.ceil(count / (index + 1)), width, height, floor, kind));
  const [largest] = grids.sort((a, b) => b.unit - a.unit);
  return largest && largest.unit >= floor ? largest : null;
}

/**
 * @param {number} columns
 * @param {number} rows
 * @param {number} width
 * @param {number} height
 * @param {number} floor
 * @param {TileShape} kind
 */
function grid(columns, rows, width, height, floor, { density, width: wide, height: high, head: [least, most] }) {
  const [each, tall] = [[width, columns], [height, rows]].map(([length, many]) => (length - GAP * floor * (many - 1)) / many);
  const unit = Math.min(each / wide, tall / high);
  return { density, columns, rows, unit, wide: each / unit, clock: Math.min(most, least + (tall / unit - high) / 3) };
}

/**
 * Return how many rows of the smallest font fit on one page, at least one.
 * @param {number} width
 * @param {number} height
 * @param {number} floor
 */
function mostOf(width, height, floor) {
  const times = (/** @type {number} */ length, /** @type {number} */ each) => Math.max(1, Math.floor((length + GAP * floor) / ((each + GAP) * floor)));
  return times(width, ROW.width) * times(height, ROW.height);
}
