/* Density of events over time, for the time line. Pure. */

/**
 * Count the times in each of `parts` equal intervals between `from` and `to`.
 * @param {number[]} times ms, in order
 * @param {any} from
 * @param {any} to
 * @param {any} parts
 */
export function density(times, from, to, parts) {
  const counts = new Array(parts).fill(0);
  for (const time of times) counts[Math.min(parts - 1, Math.floor(share(time, from, to) * parts))] += 1;
  return counts;
}

/**
 * Return the relative position of a time between two others, 0 to 1.
 * @param {number} time
 * @param {any} from
 * @param {any} to
 */
export function share(time, from, to) {
  return to > from ? Math.min(1, Math.max(0, (time - from) / (to - from))) : 1;
}

/**
 * Return the SVG path of a bar chart, one unit per bar and at most `height` high. Heights follow the square root of the count,
 * so that a single event is visible.
 * @param {number[]} counts
 * @param {number} height
 */
export function outline(counts, height) {
  const maxRoot = Math.sqrt(Math.max(1, ...counts));
  const tops = counts.map((count) => (count ? round(height - (Math.sqrt(count) / maxRoot) * height * 0.92 - height * 0.08) : height));
  return `M0 ${height}${tops.map((top, index) => `V${top}H${index + 1}`).join("")}V${height}Z`;
}

/** @param {any} value */
const round = (value) => Math.round(value * 10) / 10;
