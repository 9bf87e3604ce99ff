/* Sentences about two sightings that cannot both be true, from the summary of a search. board/reach/sentences.py writes the same. */

import { number as localNumber } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";
import { exactLength } from "./exact_length.js";

/** "38 km in 12 min" @param {Contradicted} contradiction */
function way({ km, minutes }) {
  const distance = localNumber(km);
  return minutes ? say("km_in_time", { km: distance, time: exactLength(minutes * 60) }) : say("km_at_once", { km: distance });
}

/** "38 km in 12 min: not both" @param {Contradicted} contradiction */
export const notBothText = (contradiction) => say("not_both", { way: way(contradiction) });

/** "Sighting 4 · cannot both be true with Sighting 7: 38 km in 12 min" @param {Contradicted} contradiction */
export function contradictionText(contradiction) {
  const { number, other, doubtful } = contradiction, values = { number: other, way: way(contradiction) };
  return `${say("sighting", { number })} · ${doubtful ? say("doubtful_with_sighting", values) : say("not_both_with_sighting", values)}`;
}
