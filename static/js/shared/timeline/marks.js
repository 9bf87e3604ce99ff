/** Marks of a timeline. Each kind of fact has its own shape, so that nobody needs colours to distinguish them. */

import { svg } from "../../../vendor/lit-html/lit-html.js";

const OUT = ["not_the_child", "duplicate"]; // assessments that rule a sighting out

/** @type {Record<string, () => Drawn>} by the assessment, as on maps: the more certain, the fuller; 16 pixels around 0, 0 */
const SHAPES = {
  confirmed: () => svg`<path class="full" d="M0-7.2 7.2 0 0 7.2-7.2 0Z" /><path class="tick-mark" d="m-3 .2 2.200 2.300L3.200-2" />`,
  credible: () => svg`<circle class="full" r="6.500" />`,
  unassessed: () => svg`<circle class="open" r="5.600" />`,
  unverifiable: () => svg`<circle class="open" r="5.600" /><path class="open" d="M-3 0H3" />`,
};

/** @type {Record<string, () => Drawn>} by lane */
const OF_LANES = {
  contacts: () => svg`<circle class="ink" r="4.500" />`, phone_bank: () => svg`<rect class="ink" x="-5" y="-5" width="10" height="10" rx="1.500" />`,
  places: () => svg`<rect class="searched" x="-6" y="-6" width="12" height="12" rx="3" />`, decisions: () => svg`<path class="ink" d="M0-7l7 7-7 7-7-7Z" />`,
  appeals: () => svg`<path class="ink" d="M0-7 7 6H-7Z" />`, handovers: () => svg`<path class="ink" d="M-7-4H1V-7L7 0 1 7V4H-7Z" />`,
};

/**
 * Return the shape of an item's mark, around 0, 0.
 * @param {TimelineItem} item
 */
export function shapeOf({ kind, lane, assessment }) {
  if (kind === "last_seen") return svg`<path class="line" d="M0-8V8M-8 0H8" /><rect class="ink" x="-3.500" y="-3.500" width="7" height="7" />`;
  if (kind === "found") return SHAPES.confirmed();
  if (kind !== "sighting") return OF_LANES[lane]();
  if (OUT.includes(assessment ?? "")) return svg`<path class="out" d="m-4.500-4.500 9 9m0-9-9 9" />`;
  return (SHAPES[assessment ?? ""] ?? SHAPES.unassessed)();
}
