/* Options for a choice of places: {key, text, more, place}. Pure. */

import { label } from "../core/labels.js";
import { distance } from "../format/values.js";

const MAX_CODES = 3; // postal codes that are shown

/**
 * Return an option with the place name in the reader's language: "Leuven, station". `more` has the kind, the local name if it
 * differs, and the distance from the search.
 * @param {any} place
 */
export function placeOption(place) {
  const language = document.documentElement.lang;
  const name = place[language] ?? place.name, kind = label.place(place.kind);
  const text = place.kind === "station" ? `${name}, ${kind}` : name;
  const localName = place.name === name ? null : place.name;
  const codes = place.postal.length > MAX_CODES ? `${place.postal[0]}…` : place.postal.join(", ");
  const nameOf = (/** @type {any} */ area) => area && (area[language] ?? area.nl);
  const away = typeof place.distance_m === "number" ? distance(place.distance_m) : null;
  const more = [place.kind === "station" ? null : kind, localName, codes, nameOf(place.within), nameOf(place.province) ?? abroad(place), away];
  return { key: place.id, text, more: more.filter(Boolean).join(" · "), place };
}

/** Return the country of a place abroad. @param {{ country: string | null }} place */
const abroad = ({ country }) => (country === "BE" ? null : country);

/**
 * Return the text of a chosen place: the typed text if it is longer than the name, such as "behind the station, Gent".
 * @param {string} typed
 * @param {string} name
 */
export const keptText = (typed, name) => (typed.trim().split(/[\s-]+/).length > name.split(/[\s-]+/).length ? typed.trim() : name);
