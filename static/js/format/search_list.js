/* Totals of searches, short names, and the match of a text. Pure. */
import { GRAVITIES, gravityOf } from "../core/rules/search_gravity.js";
import { matchesAll, searchableText, tokenize } from "../core/rules/text_filter.js";

/**
 * Count what open searches come to: by gravity, overdue tasks and sightings to assess; and what is unanswered of those that are not closed.
 * @param {Entity[]} searches
 * @param {Map<string, Summary>} summaries
 * @returns {Record<string, number>}
 */
export function totals(searches, summaries) {
  const open = searches.filter(({ state }) => state.status === "open");
  const sum = (/** @type {"overdue_tasks" | "unassessed_sightings"} */ name) => open.reduce((all, { id }) => all + (summaries.get(id)?.[name] ?? 0), 0);
  const grave = Object.fromEntries(GRAVITIES.map((gravity) => [gravity, open.filter(({ state }) => gravityOf(state) === gravity).length]));
  const waiting = searches.filter(({ state }) => state.status !== "closed").map(({ id }) => summaries.get(id)?.unanswered).filter((each) => each !== undefined);
  const unanswered = waiting.reduce((all, { look, judge, pass_on: passOn }) => all + look + judge + passOn, 0), late = waiting.reduce((all, each) => all + each.late, 0);
  return { ...grave, open: open.length, overdue: sum("overdue_tasks"), unassessed: sum("unassessed_sightings"), unanswered, late };
}

/**
 * "Noor V.": the screen can be seen by a whole room, so no surname.
 * @param {{ first_name: string, last_name: any }} given
 */
export function shortPersonName({ first_name: first, last_name: last }) {
  return last ? `${first} ${[...last.trim()][0].toUpperCase()}.` : first;
}

/**
 * Return whether a search's card contains all words of a text.
 * @param {{ state: State }} search
 * @param {string} text
 * @param {any[]} [others] further texts that are shown
 */
export const matchesSearch = ({ state }, text, others = []) =>
  matchesAll(tokenize(text), searchableText([shortPersonName(state.person), state.reference, state.last_seen?.text, ...others]));
