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
