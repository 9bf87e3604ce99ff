/* Arrangement of the searches of one page: the gravest as large cards, the rest as rows. Pure. All lengths are in units of the type (`--u`
   of css/display/layout.css, 10 px at a height of 1080 px), so that 720p and 1080p look alike. */

// Sizes of type, largest first. `height` is the tile's. The smallest texts have 3.4 units.
export const CARD_STEPS = [
  { height: 52, name: 18, text: 6.4, need: 8 },
  { height: 42, name: 14, text: 5.6, need: 7 },
  { height: 34, name: 11, text: 4.4, need: 5.6 },
  { height: 30, name: 9, text: 4.2, need: 5 },
  { height: 27.4, name: 8, text: 3.8, need: 4.4 },
  { height: 24.2, name: 6.4, text: 3.4, need: 4 },
];
export const ROW_STEPS = [
  { height: 16.4, name: 8, text: 5.2 },
  { height: 13.3, name: 6.4, text: 4.4 },
  { height: 12, name: 5.6, text: 4 },
  { height: 11.3, name: 5, text: 3.8 },
];
const GAP = 1.6, ROW_GAP = 1; // between cards, and between rows
const BIG_SHARE = 1.16; // width of a large card, in widths of a row
const MIN_ROW_WIDTH = 74;
const UPRIGHT_SHARE = 0.5; // share of the height for large cards on an upright screen
const BIG_WEIGHT = 3; // height of a large card on an upright screen, in heights of a row
const TALLEST = 56; // maximum height of a good-looking large card: with many searches, more of them are large
const LEAST_CARD = CARD_STEPS[CARD_STEPS.length - 1].height, LEAST_ROW = ROW_STEPS[ROW_STEPS.length - 1].height;

/**
 * Divide searches into equally full pages.
 * @param {number} count
 * @param {Area} area
 */
export function pagesFor(count, area) {
  const maxCount = Math.max(...candidates(area).map((bigs) => bigs + maxRows(bigs, area)));
  const pages = Math.max(1, Math.ceil(count / maxCount));
  return { pages, perPage: Math.ceil(count / pages) };
}

/**
 * Arrange one page: each grave search gets a large card if there is space; the first search always does.
 * @param {number} count searches of the page
 * @param {number} grave number of searches that are worrying, undecided, or have an open alarm; they are first
 * @param {Area} area
 * @returns {Arrangement}
 */
export function arrange(count, grave, area) {
  const preferred = Math.max(1, grave, Math.min(Math.ceil((area.height * (isUpright(area) ? UPRIGHT_SHARE : 1)) / TALLEST), Math.floor(count / 3)));
  const possible = candidates(area).filter((bigs) => bigs <= count && count - bigs <= maxRows(bigs, area));
  const bigs = possible.sort((a, b) => Math.abs(a - preferred) - Math.abs(b - preferred) || b - a)[0] ?? 1, others = count - bigs;
  const upright = isUpright(area), columns = upright ? 1 : Math.min(columnsOf(area), Math.max(1, Math.ceil(others / rowsIn(area.height))));
  const rows = Math.ceil(others / columns);
  const bigHeight = upright && others ? uprightHeight(bigs, others, area) : share(area.height, bigs, GAP);
  const rowHeight = share(upright ? area.height - bigs * (bigHeight + GAP) : area.height, rows, ROW_GAP);
  const card = stepFor(CARD_STEPS, bigHeight), otherCard = Math.max(card + 1, stepFor(CARD_STEPS, rowHeight));
  const asCards = others > 0 && rowHeight >= LEAST_CARD && otherCard < CARD_STEPS.length;
  const bigsHeight = bigs * (bigHeight + GAP) - GAP;
  return { bigs, columns, rows, bigsHeight, upright, card, other: asCards ? otherCard : stepFor(ROW_STEPS, rowHeight), asCards };
}

/** @param {Area} area */
const isUpright = ({ width, height }) => height > width;

/**
 * Return the possible numbers of large cards in an area.
 * @param {Area} area
 */
function candidates({ height }) {
  const maxCount = Math.max(1, Math.floor((height + GAP) / (LEAST_CARD + GAP)));
  return Array.from({ length: maxCount }, (_, index) => index + 1);
}

/** @param {Area} area */
const columnsOf = ({ width }) => Math.max(1, Math.floor((width - BIG_SHARE * MIN_ROW_WIDTH) / (MIN_ROW_WIDTH + GAP)));

/** @param {number} height */
const rowsIn = (height) => Math.max(0, Math.floor((height + ROW_GAP) / (LEAST_ROW + ROW_GAP)));

/** @param {number} bigs @param {Area} area */
function maxRows(bigs, area) {
  return isUpright(area) ? rowsIn(area.height - bigs * (LEAST_CARD + GAP)) : columnsOf(area) * rowsIn(area.height);
}

/**
 * Return the height of a large card above the rows.
 * @param {number} bigs
 * @param {number} others
 * @param {Area} area
 */
function uprightHeight(bigs, others, { height }) {
  const available = height - bigs * GAP - (others - 1) * ROW_GAP, row = Math.max(LEAST_ROW, available / (bigs * BIG_WEIGHT + others));
  return Math.max(LEAST_CARD, (available - others * row) / bigs);
}

/** @param {number} length @param {number} count @param {number} gap */
const share = (length, count, gap) => (length - gap * Math.max(0, count - 1)) / Math.max(1, count);

/** @param {{ height: number }[]} steps @param {number} height */
function stepFor(steps, height) {
  const index = steps.findIndex((step) => step.height <= height + 0.05);
  return index < 0 ? steps.length - 1 : index;
}
