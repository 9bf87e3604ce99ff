/* Rows of a timeline: the positions of marks, bars, stems and labels, without overlap. Pure. */

const MARK_PX = 20, GAP_PX = 10; // width of a mark; space after a label
const CHARACTER_PX = 8; // generous, because labels are not measured
const MAX_CHARACTERS = 30;
const MAX_ROWS = 8; // per lane; items without space are only in the table
const MORE_ROWS = 8; // extra rows, only for items that contradict another one

/** @typedef {{ item: TimelineItem, x: number, begin: number, end: number, stem: number, row: number, label: "right" | "left" | "over" | "", bold: string, quiet: string, isDoubted: boolean }} Placed pixels from the left end of the span: the mark, its bar, and the end of its stem; `label`: beside them, or with the stem between its lines */
/** @typedef {{ placed: Placed[], rows: number, more: number, earlier: number, later: number }} LaneLayout `more`: items without space; `earlier`, `later`: outside the span */

/**
 * Place the items of a lane on rows. Items without space are left out, except those that contradict another one.
 * @param {TimelineItem[]} items @param {{ start: number, end: number, missing: number, margin: number }} span `missing`: since when the child is missing; `margin`: the time of a sighting may be off by this, in ms @param {number} width in pixels
 * @param {boolean} byKnown true if marks are at the time an item became known
 * @param {(item: TimelineItem) => string} doubtOf returns the names of the sightings that contradict an item
 * @returns {LaneLayout}
 */
export function layOut(items, span, width, byKnown, doubtOf = () => "") {
  const x = (/** @type {number} */ at) => ((at - span.start) / (span.end - span.start)) * width;
  const margin = (span.margin / (span.end - span.start)) * width;
  const found = items.map((item) => positions(item, x, { missing: x(span.missing), margin }, byKnown, doubtOf(item))), layout = { placed: /** @type {Placed[]} */ ([]), rows: 1, more: 0, earlier: 0, later: 0 };
  /** @type {number[]} */ const ends = []; // position from which each row is free
  for (const one of found.sort((a, b) => Number(isUnknown(a)) - Number(isUnknown(b)) || leftOf(a) - leftOf(b))) {
    if (one.end < 0) layout.earlier += 1;
    else if (one.begin > width) layout.later += 1;
    else if (!place(one, ends, width)) layout.more += 1;
    else layout.placed.push(one);
  }
  layout.rows = Math.max(1, ends.length);
  return layout;
}

/** Return true if the time of an item is unknown. Such items are placed last, because their bars are long. @param {Placed} one */
const isUnknown = ({ item }) => item.sureness === "unknown";
/** @param {Placed} one */
const leftOf = ({ begin, stem }) => Math.min(begin, stem);

/**
 * Return the positions of an item's mark, bar and stem. If the time is unknown, the bar extends from the disappearance to the report. The
 * bar of a sighting includes the margin of its time.
 * @param {TimelineItem} item @param {(at: number) => number} x @param {{ missing: number, margin: number }} pixels @param {boolean} byKnown @param {string} doubt
 * @returns {Placed}
 */
function positions(item, x, { missing, margin }, byKnown, doubt) {
  const off = item.kind === "sighting" ? margin : 0;
  const known = x(Date.parse(item.known_at)), from = item.from === null ? null : x(Date.parse(item.from)), mark = byKnown ? known : from ?? known;
  const [begin, end] = byKnown ? [mark, mark] : from === null ? [Math.min(missing, known), known] : [from - off, (item.until ? x(Date.parse(item.until)) : from) + off];
  const [bold, quiet] = labelOf(item);
  return { item, x: mark, begin, end, stem: byKnown ? from ?? known : known, row: 0, label: "", bold: cut(bold), quiet: cut(doubt ? `≠ ${doubt}` : quiet), isDoubted: doubt !== "" };
}

/**
 * Give an item the first row with space for it and its label, otherwise one with space for the mark alone. Return false if there is none.
 * @param {Placed} one @param {number[]} ends @param {number} width
 */
function place(one, ends, width) {
  const text = Math.max(one.bold.length, one.quiet.length) * CHARACTER_PX, left = Math.max(0, leftOf(one)) - MARK_PX / 2, right = Math.min(width, Math.max(one.x, one.end, one.stem)) + MARK_PX / 2;
  /** @type {[Placed["label"], number, number][]} */
  const choices = [["right", left, right + text], ["left", left - text, right], ["over", left, Math.max(right, Math.max(one.x, one.end) + MARK_PX / 2 + text)], ["", left, right]];
  for (const [label, from, to] of choices) {
    if (label && (from < 0 || to > width + MARK_PX / 2)) continue;
    const row = ends.findIndex((end) => end <= from), free = row >= 0 ? row : ends.length;
    if (free >= MAX_ROWS + (one.isDoubted ? MORE_ROWS : 0)) continue;
    ends[free] = to + GAP_PX;
    Object.assign(one, { row: free, label });
    return true;
  }
  if (one.isDoubted) one.row = ends.length - 1; // overlaps other items
  return one.isDoubted;
}

/**
 * Return both lines of an item's label.
 * @param {TimelineItem} item
 * @returns {[string, string]}
 */
export function labelOf(item) {
  if (item.kind === "sighting") return [[item.number, item.grade, item.verdict].filter(Boolean).join(" · "), item.place || item.text];
  if (item.lane === "handovers") return [item.title, item.text];
  if (item.kind === "last_seen" || item.kind === "found") return [item.title, item.place || item.by];
  return [item.text || item.title, item.place || item.by];
}

/** @param {string} text */
const cut = (text) => (text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS - 1).trimEnd()}…`);
