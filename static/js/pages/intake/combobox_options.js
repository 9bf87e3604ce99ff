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
  return { key: id, text: searchName(state), more: [sexAndAge(state.person), label.kind(state.kind), state.last_seen?.text].filter(Boolean).join(" · ") };
}

/**
 * "Girl, 6"
 * @param {any} person
 */
const sexAndAge = ({ sex, age }) => [sex && label.sex(sex), age].filter((part) => part || part === 0).join(", ");
