/* Accuracy of a press on a map. Pure. */

const EARTH_M = 40_075_017, TILE_PX = 256;
const FINGER_PX = 12; // width of a fingertip
const STEPS = [10, 20, 50, 100, 300, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000];
const RADIANS = Math.PI / 180;

/** Return metres per pixel. @param {number} lat @param {number} zoom */
export const metresPerPixel = (lat, zoom) => (EARTH_M * Math.cos(lat * RADIANS)) / (TILE_PX * 2 ** zoom);

/** Return the radius in metres of a press at a latitude and zoom level: a round number. @param {number} lat @param {number} zoom */
export function accuracyOf(lat, zoom) {
  const metres = metresPerPixel(lat, zoom) * FINGER_PX;
  return STEPS.find((step) => step >= metres) ?? STEPS[STEPS.length - 1];
}
