/** Texts of a timeline: names of lanes, times and gaps. */

import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { MINUTE_MS } from "../../core/time.js";
import { shownLength } from "../../format/exact_length.js";
import { formatMoment } from "../../format/time_elements.js";

export const LANES = ["sightings", "contacts", "phone_bank", "places", "decisions", "appeals", "handovers"];
/** @type {Record<string, () => string>} */
const NAMES = {
  sightings: () => t("Sightings"), contacts: () => t("Contacts"), phone_bank: () => t("Phone and bank"), places: () => t("Searched places"),
  decisions: () => t("Decisions"), appeals: () => t("Appeals"), handovers: () => t("Handovers"),
};

/** @param {string} lane */
export const laneName = (lane) => NAMES[lane]?.() ?? lane;

/**
 * Return when an item happened, and how sure that is.
 * @param {Pick<TimelineItem, "sureness" | "from" | "until">} item
 */
export function happenedText({ sureness, from, until }) {
  if (sureness === "unknown" || !from) return say("time_unknown");
  if (!until) return formatMoment(from);
  return say("from_to", { from: formatMoment(from), to: formatMoment(until) });
}

/**
 * Return how long nothing, or nothing sure, is known.
 * @param {TimelineGap} gap @param {number} now
 */
export function gapText({ from, until, empty }, now) {
  const minutes = Math.floor(Math.max(0, (until ? Date.parse(until) : now) - Date.parse(from)) / MINUTE_MS), length = shownLength(minutes * 60);
  return say(empty ? "nothing_known" : "nothing_sure", { length });
}
