/** Graph of a timeline: lanes with marks, bars for periods, a stem from each mark to the time it became known, and hatched gaps. */

import { nothing, svg } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { MINUTE_MS, clock } from "../../core/time.js";
import { gapText, laneName } from "./texts.js";
import { layOut } from "./layout.js";
import { shapeOf } from "./marks.js";
import { ticks } from "./scale.js";

const SIDE_PX = 132; // width of the column with lane names
const NARROW_PX = 720; // narrower graphs have the lane names above the lanes
const HEAD_PX = 30, GAP_ROW_PX = 34, ROW_PX = 40, NAME_PX = 22, PAD_PX = 12;
const TEXT_PX = 7; // width of a character in ticks and gaps
const NOW_CHARACTER_PX = 8; // width of a character in the label of the present, which hides the ticks that it would cover

/** @typedef {import("./layout.js").Placed} Placed */
/** @typedef {{ view: TimelineView, left: number, width: number, x: (at: number) => number }} Frame */

/** Return the width of the lane names' column, in a graph of this width. @param {number} total */
export const sideOf = (total) => (total < NARROW_PX ? 0 : SIDE_PX);

/**
 * Draw the graph; screen readers get the table with the same facts.
 * @param {TimelineView} view
 * @param {number} total width in pixels
 */
export function graph(view, total) {
  const left = sideOf(total), isNarrow = !left, width = Math.max(total - left, 1), { span } = view;
  const x = (/** @type {number} */ at) => left + ((at - span.start) / (span.end - span.start)) * width, frame = { view, left, width, x }, now = nowOf(frame);
  let y = HEAD_PX + GAP_ROW_PX + (isNarrow ? NAME_PX : 0);
  const lanes = view.lanes.map((lane) => {
    const layout = layOut(view.itemsOf(lane), { ...span, missing: Date.parse(view.timeline.missing_since), margin: view.timeline.margin_minutes * MINUTE_MS }, width, view.byKnown, (item) => doubtOf(item, view)?.mark ?? ""), top = y, first = top + PAD_PX + (isNarrow ? NAME_PX : 0) + 12;
    y = first + layout.rows * ROW_PX - 12 + PAD_PX / 2;
    return { lane, layout, top, first };
  });
  return svg`<svg viewBox="0 0 ${total} ${y}" width=${total} height=${y} aria-hidden="true" data-testid="graph" @click=${view.opened}>
    <defs><pattern id="timeline-hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V8" /></pattern>
      <clipPath id="timeline-clip"><rect x=${left} y="0" width=${width} height=${y} /></clipPath></defs>
    ${ticks(span, width).map(({ at, text }) => svg`<path class="tick" d="M${x(at)} ${HEAD_PX - 4}V${y}" />${isCovered(x(at), text, now) || isCut(x(at), text, total) ? nothing : svg`<text class="hour" x=${x(at)} y="18" text-anchor="middle">${text}</text>`}`)}
    ${now ? svg`<path class="now" d="M${now.at} 24V${y}" /><text class="bold" x=${now.at} y="18" text-anchor=${now.anchor} data-testid="now">${now.text}</text>` : nothing}
    ${gapRow(frame, isNarrow)}
    ${lanes.map(({ lane, layout, top, first }) => svg`<g data-lane=${lane}><path class="edge" d="M0 ${top}H${total}" />${laneHead(lane, layout, top + (isNarrow ? 16 : 26), isNarrow ? total : SIDE_PX)}
      <g clip-path="url(#timeline-clip)">${layout.placed.map((one) => mark(one, first + one.row * ROW_PX, frame))}</g></g>`)}</svg>`;
}

/** Return the contradictions of an item, if it is a sighting. @param {TimelineItem} item @param {TimelineView} view */
const doubtOf = ({ kind, card }, { contradictions }) => (kind === "sighting" && card ? contradictions.of(card) : undefined);

/** @param {string} lane @param {import("./layout.js").LaneLayout} layout @param {number} y @param {number} room */
function laneHead(lane, { more, earlier, later }, y, room) {
  const hidden = more + earlier + later, text = hidden ? n("{count} more in the table", "{count} more in the table", hidden) : "";
  const beside = room > SIDE_PX;
  return svg`<text class="lane" x="12" y=${y}>${laneName(lane)}</text>${text ? svg`<text class="quiet" x=${beside ? room - 12 : 12} y=${beside ? y : y + 18} text-anchor=${beside ? "end" : "start"}>${text}</text>` : nothing}`;
}

/**
 * @param {Placed} one @param {number} y @param {Frame} frame
 */
function mark(one, y, { left, view }) {
  const { item } = one, x = left + one.x, begin = left + one.begin, end = left + one.end, stem = left + one.stem;
  const isLeft = one.label === "left", beside = isLeft ? Math.min(begin, stem) - 12 : (one.label === "over" ? Math.max(x, end) : Math.max(x, end, stem)) + 12, anchor = isLeft ? "end" : "start";
  const contradiction = doubtOf(item, view);
  const classes = ["item", item.early ? "early" : "", view.selected === item.id ? "selected" : "", item.sureness].join(" ");
  return svg`<g class=${classes} data-item=${item.id} data-kind=${item.kind}>
    ${Math.abs(stem - x) > 2 ? svg`<path class="stem" d="M${Math.min(Math.max(stem, begin), end)} ${y}H${stem}m0-4v8" />` : nothing}
    ${end > begin ? svg`<rect class="bar" x=${begin} y=${y - 8} width=${Math.max(end - begin, 3)} height="16" rx="4" />` : nothing}
    ${view.selected === item.id ? svg`<circle class="ring" cx=${x} cy=${y} r="12.500" />` : nothing}
    <g transform="translate(${x},${y})"><circle class="under" r="10" />${shapeOf(item)}${contradiction && !one.label ? svg`<g class="doubt" transform="translate(9,-9)"><circle r="6.500" /><path d="M-3-1.500H3M-3 1.500H3M-1.500 3.500 1.500-3.500" /></g>` : nothing}</g>
    ${one.label ? svg`<text x=${beside} y=${y - (one.label === "over" ? 5 : 1)} text-anchor=${anchor} class="bold">${one.bold}</text>
    <text x=${beside} y=${y + (one.label === "over" ? 15 : 14)} text-anchor=${anchor} class=${contradiction ? "bold" : "quiet"}>${one.quiet}</text>` : nothing}</g>`;
}

/** Draw the row with the periods without a credible sighting. @param {Frame} frame @param {boolean} isNarrow */
function gapRow({ view, left, width, x }, isNarrow) {
  const y = HEAD_PX + (isNarrow ? NAME_PX : 0), { gaps } = view.timeline;
  const shown = gaps.map((gap) => ({ gap, from: Math.max(left, x(Date.parse(gap.from))), to: Math.min(left + width, x(gap.until ? Date.parse(gap.until) : view.now)) })).filter(({ from, to }) => to > from);
  return svg`<g class="gaps"><text class="lane" x="12" y=${isNarrow ? y - 6 : y + 19}>${t("Known")}</text>
    ${shown.map(({ gap, from, to }) => svg`<rect class="gap" x=${from} y=${y + 4} width=${to - from} height="22" rx="3" fill="url(#timeline-hatch)" />
      ${gapLabel(gapText(gap, view.now), from, to, y)}<rect class="known" x=${from - 2} y=${y + 3} width="5" height="24" rx="2" />
      ${gap.until && gap.until !== view.timeline.as_of ? svg`<rect class="known" x=${to - 2} y=${y + 3} width="5" height="24" rx="2" />` : nothing}`)}</g>`;
}

/** @param {string} text @param {number} from @param {number} to @param {number} y */
function gapLabel(text, from, to, y) {
  const width = text.length * TEXT_PX + 12, middle = (from + to) / 2;
  if (width > to - from - 8) return nothing;
  return svg`<rect class="paper" x=${middle - width / 2} y=${y + 6} width=${width} height="18" rx="3" /><text class="bold" x=${middle} y=${y + 20} text-anchor="middle">${text}</text>`;
}

/** @typedef {{ at: number, text: string, anchor: string, from: number, to: number }} Now position of the present, its text, and the ends of that text */

/** Return the present, if it is in the span. @param {Frame} frame @returns {Now | null} */
function nowOf({ view, x, left, width }) {
  const at = x(view.now), time = clock(new Date(view.now)), text = view.isPast ? time : t("now {time}", { time }), length = text.length * NOW_CHARACTER_PX;
  if (at < left || at > left + width) return null;
  const isLast = at > left + width - length / 2, to = isLast ? at : at + length / 2;
  return { at, text, anchor: isLast ? "end" : "middle", from: to - length, to };
}

/** Return true if the edge would cut the text of a tick. @param {number} at @param {string} text @param {number} total width in pixels */
const isCut = (at, text, total) => at + (text.length * TEXT_PX) / 2 > total;

/** Return true if the text of the present would cover that of a tick. @param {number} at @param {string} text @param {Now | null} now */
const isCovered = (at, text, now) => now !== null && at + (text.length * TEXT_PX) / 2 > now.from && at - (text.length * TEXT_PX) / 2 < now.to;
