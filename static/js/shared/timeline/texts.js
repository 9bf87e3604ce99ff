/** Texts of a timeline: names of lanes, times and gaps. */

import { t } from "../../core/i18n.js";
import { pluralName } from "../../core/rules/kinds.js";
import { say } from "../../core/rules/sentences.js";
import { MINUTE_MS } from "../../core/time.js";
import { shownLength } from "../../format/exact_length.js";
import { formatMoment } from "../../format/time_elements.js";

export const LANES = ["sightings", "contacts", "phone_bank", "places", "decisions", "appeals", "handovers"];
/** @type {Record<string, () => string>} */
const NAMES = {
  sightings: () => pluralName("sighting"), contacts: () => pluralName("contact"), phone_bank: () => t("Phone and bank"), places: () => pluralName("place"),
  decisions: () => t("Decisions"), appeals: () => t("Appeals"), handovers: () => t("Handovers"),
};

/** @param {string} lane */
export const laneName = (lane) => NAMES[lane]?.() ?? lane;

/**
 * "08:05", "08:05 – 09:10", or "reported 09:23, time unknown".
 * @param {Pick<TimelineItem, "from" | "until" | "known_at">} item
 */
export function happenedText({ from, until, known_at: known }) {
  if (!from) return say("reported", { at: formatMoment(known) });
  return until ? `${formatMoment(from)} – ${formatMoment(until)}` : formatMoment(from);
}

/**
 * Return the text about a period without a credible sighting.
 * @param {TimelineGap} gap @param {number} now
 */
export function gapText({ from, until }, now) {
  const minutes = Math.floor(Math.max(0, (until ? Date.parse(until) : now) - Date.parse(from)) / MINUTE_MS), length = shownLength(minutes * 60);
  return say("without_credible", { length });
}
