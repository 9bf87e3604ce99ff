/* Options of the intake comboboxes: {key, text, more}. Pure. */

import { label } from "../../core/labels.js";
import { shortPersonName } from "../../format/search_list.js";

/**
 * "2026-0412 · Noor V."
 * @param {State} search
 */
export const searchName = ({ reference, person }) => `${reference} · ${shortPersonName(person)}`;

/** @param {{ id: string, state: State }} entity */
export function searchOption({ id, state }) {
  return { key: id, text: searchName(state), more: [label.kind(state.kind), state.last_seen?.text].filter(Boolean).join(" · ") };
}

/**
 * Place name in the reader's language, with the local name beside it if different.
 * @param {any} place
 */
export function placeOption(place) {
  const reader = document.documentElement.lang;
  const text = place[reader] ?? place.name;
  const local = place.name === text ? null : place.name;
  const codes = place.postal.length > 3 ? `${place.postal[0]}…` : place.postal.join(", ");
  const named = (/** @type {any} */ one) => one && (one[reader] ?? one.nl);
  const more = [local, codes, named(place.within), named(place.province) ?? place.country];
  return { key: place.id, text, more: more.filter(Boolean).join(" · "), place };
}
