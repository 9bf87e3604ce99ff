/* How much happened when: what the time line shows. Pure. */

/** times: ms, in order -> how many of them lie in each of so many equal parts of from … to. */
export function density(times, from, to, parts) {
  const counts = new Array(parts).fill(0);
  for (const time of times) counts[Math.min(parts - 1, Math.floor(share(time, from, to) * parts))] += 1;
  return counts;
}

/** Where a time lies between two others: 0 to 1. */
export function share(time, from, to) {
  return to > from ? Math.min(1, Math.max(0, (time - from) / (to - from))) : 1;
}

/** An outline of bars, one unit wide each and at most `height` high, standing on it, for a path of SVG. What happened once is seen too:
    heights go with the root of the count. */
export function outline(counts, height) {
  const most = Math.sqrt(Math.max(1, ...counts));
  const tops = counts.map((count) => (count ? round(height - (Math.sqrt(count) / most) * height * 0.92 - height * 0.08) : height));
  return `M0 ${height}${tops.map((top, at) => `V${top}H${at + 1}`).join("")}V${height}Z`;
}

const round = (value) => Math.round(value * 10) / 10;
