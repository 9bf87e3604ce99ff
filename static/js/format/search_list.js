/* Totals of searches, short names, and text matching. Pure. */
import { GRAVITIES, gravityOf } from "../core/rules/search_gravity.js";
import { matchesAll, searchableText, tokenize } from "../core/rules/text_filter.js";

/**
 * Count open searches by gravity, with their overdue tasks and unassessed sightings; and the unanswered sightings of all searches that
 * are not closed.
 * @param {Entity[]} searches
 * @param {Map<string, Summary>} summaries
 * @returns {Record<string, number>}
 */
export function totals(searches, summaries) {
  const open = searches.filter(({ state }) => state.status === "open");
  const sum = (/** @type {"overdue_tasks" | "unassessed_sightings"} */ name) => open.reduce((total, { id }) => total + (summaries.get(id)?.[name] ?? 0), 0);
  const byGravity = Object.fromEntries(GRAVITIES.map((gravity) => [gravity, open.filter(({ state }) => gravityOf(state) === gravity).length]));
  const counts = searches.filter(({ state }) => state.status !== "closed").map(({ id }) => summaries.get(id)?.unanswered).filter((count) => count !== undefined);
  const unanswered = counts.reduce((total, count) => total + allQueues(count), 0), late = counts.reduce((total, count) => total + count.late, 0);
  return { ...byGravity, open: open.length, overdue: sum("overdue_tasks"), unassessed: sum("unassessed_sightings"), unanswered, late, lateOpen: counts.reduce((total, count) => total + allQueues(count.late_open), 0) };
}

/** Return the sum of all queues. @param {{ look: number, judge: number, pass_on: number }} counts */
export const allQueues = ({ look, judge, pass_on: passOn }) => look + judge + passOn;

/**
 * "Noor V.": without the surname, because everyone in the room can see the screen.
 * @param {{ first_name: string, last_name: any }} person
 */
export function shortPersonName({ first_name: first, last_name: last }) {
  return last ? `${first} ${[...last.trim()][0].toUpperCase()}.` : first;
}

/**
 * Return true if a search's card contains all words of a text.
 * @param {{ state: State }} search
 * @param {string} text
 * @param {any[]} [otherTexts] other visible texts
 */
export const matchesSearch = ({ state }, text, otherTexts = []) =>
  matchesAll(tokenize(text), searchableText([shortPersonName(state.person), state.reference, state.last_seen?.text, ...otherTexts]));
