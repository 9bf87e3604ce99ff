/* Rows of a timeline: where each mark, bar, stem and label is, so that none covers another. Pure. */

const MARK_PX = 20, GAP_PX = 10; // width of a mark, and the space after a label
const CHARACTER_PX = 7.4; // a wide guess, because labels are not measured
const MAX_CHARACTERS = 30;
const MAX_ROWS = 8; // per lane; the table has the other items

/** @typedef {import("./scale.js").Span} Span */
/** @typedef {{ item: TimelineItem, x: number, end: number, stem: number, row: number, label: "right" | "left" | "", bold: string, quiet: string }} Placed pixels from the left end of the span */
/** @typedef {{ placed: Placed[], rows: number, more: number, earlier: number, later: number }} LaneLayout `more`: items without space; `earlier`, `later`: outside the span */

/**
 * Place the items of a lane on rows.
 * @param {TimelineItem[]} items @param {Span} span @param {number} width in pixels @param {boolean} byKnown whether marks are at the time at which an item became known
 * @returns {LaneLayout}
 */
export function layOut(items, span, width, byKnown) {
  const x = (/** @type {string} */ at) => ((Date.parse(at) - span.start) / (span.end - span.start)) * width;
  const found = items.map((item) => positions(item, x, byKnown)), layout = { placed: /** @type {Placed[]} */ ([]), rows: 1, more: 0, earlier: 0, later: 0 };
  /** @type {number[]} */ const ends = []; // where each row is free
  for (const one of found.sort((a, b) => Math.min(a.x, a.stem) - Math.min(b.x, b.stem))) {
    if (Math.max(one.end, one.x) < 0) layout.earlier += 1;
    else if (one.x > width) layout.later += 1;
    else if (!place(one, ends, width)) layout.more += 1;
    else layout.placed.push(one);
  }
  layout.rows = Math.max(1, ends.length);
  return layout;
}

/**
 * @param {TimelineItem} item @param {(at: string) => number} x @param {boolean} byKnown
 * @returns {Placed}
 */
function positions(item, x, byKnown) {
  const known = x(item.known_at), isBar = item.until !== null && !byKnown;
  const from = byKnown || item.from === null ? known : x(item.from), end = isBar && item.until ? x(item.until) : from;
  const stem = byKnown && item.from !== null ? x(item.from) : known;
  const [bold, quiet] = labelOf(item);
  return { item, x: from, end, stem, row: 0, label: "", bold: cut(bold), quiet: cut(quiet) };
}

/**
 * Give an item the first row with space for it and its label, otherwise for its mark alone. Return whether there is one.
 * @param {Placed} one @param {number[]} ends @param {number} width
 */
function place(one, ends, width) {
  const text = Math.max(one.bold.length, one.quiet.length) * CHARACTER_PX, left = Math.max(0, Math.min(one.x, one.stem)) - MARK_PX / 2, right = Math.min(width, Math.max(one.x, one.end, one.stem)) + MARK_PX / 2;
  /** @type {["right" | "left" | "", number, number][]} */
  const choices = [["right", left, right + text], ["left", left - text, right], ["", left, right]];
  for (const [label, from, to] of choices) {
    if (label && (from < -MARK_PX || to > width + MARK_PX)) continue;
    const row = ends.findIndex((end) => end <= from), free = row >= 0 ? row : ends.length;
    if (free >= MAX_ROWS) continue;
    ends[free] = to + GAP_PX;
    Object.assign(one, { row: free, label });
    return true;
  }
  return false;
}

/**
 * Return both lines of an item's label.
 * @param {TimelineItem} item
 * @returns {[string, string]}
 */
export function labelOf(item) {
  if (item.kind === "sighting") return [`${item.number ?? ""} · ${item.grade} ${item.verdict}`, item.place || item.text];
  if (item.kind === "last_seen" || item.lane === "handovers") return [item.title, item.place || item.by];
  return [item.text || item.title, item.place || item.by];
}

/** @param {string} text */
const cut = (text) => (text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS - 1).trimEnd()}…`);
