/* Open searches by gravity: one list for the arrow keys, with a heading before each group. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { label } from "../core/labels.js";
import { t } from "../core/i18n.js";
import { GRAVITIES, gravityOf } from "../core/rules/search_gravity.js";
import { searchCard } from "./search_card.js";

/** @typedef {{ id: string, search: Entity<any> | null, gravity: string | null, count: number }} Row a card, or the heading of a group */

/** @type {Record<string, () => string>} */
const HEADINGS = { worrying: () => label.field("worrying"), undecided: () => t("Worrying? To be decided"), other: () => t("Not declared worrying") };

/**
 * @param {Entity<any>[]} searches searches in order
 * @param {SearchCardView} view
 * @param {{ grouped: boolean, before?: unknown }} options `before`: content before the first group
 */
export function openSearches(searches, view, { grouped, before = nothing }) {
  /** @type {Row[]} */
  const rows = grouped ? GRAVITIES.flatMap((gravity) => group(gravity, searches)) : searches.map((search) => ({ id: search.id, search, gravity: null, count: 0 }));
  return html`<ul class=${grouped ? "grouped" : "flat"}>${before}${repeat(rows, ({ id }) => id, ({ search, gravity, count }) => (search
    ? searchCard(search, view, { grouped }) : html`<li class="gravity ${gravity}" data-group=${gravity}><h3>${HEADINGS[/** @type {string} */ (gravity)]()} <b>${count}</b></h3></li>`))}</ul>`;
}

/** @param {string} gravity @param {Entity<any>[]} searches @returns {Row[]} */
function group(gravity, searches) {
  const members = searches.filter(({ state }) => gravityOf(state) === gravity);
  if (!members.length) return [];
  return [{ id: gravity, search: null, gravity, count: members.length }, ...members.map((search) => ({ id: search.id, search, gravity, count: 0 }))];
}
