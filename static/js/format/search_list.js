/* Sort and group searches into columns. Pure. */
import { GRAVITIES, comparePlaces, gravityOf, placeOf } from "../core/rules/search_gravity.js";
import { matchesAll, searchableText, tokenize } from "../core/rules/text_filter.js";

export const STATUSES = ["open", "found", "closed"];

export const SORTS = ["gravity", "missing", "event"];

/**
 * Return the sort order in a query, "?sort=event" -> "event"; by gravity if missing or unknown.
 * @param {any} query
 */
export function sortFromQuery(query) {
  const asked = new URLSearchParams(query).get("sort");
  return asked !== null && SORTS.includes(asked) ? asked : SORTS[0];
}

/**
 * Group searches by status and sort each group. "gravity": open searches by the order of search_gravity.js, others by
 * last change. "missing": the longest missing first. "event": the most recent event first.
 * @param {Entity[]} searches
 * @param {{ keep?: (search: any) => any, sort?: string | null, summaries?: Map<string, Summary> }} [options] summaries as far as loaded
 * @returns {Record<string, any[]>} open, found, closed
 */
export function byStatus(searches, { keep = () => true, sort = "gravity", summaries = new Map() } = {}) {
  /** @type {Record<string, any[]>} */
  const columns = Object.fromEntries(STATUSES.map((status) => [status, []]));
  for (const search of searches) if (keep(search)) columns[search.state.status]?.push(search);
  for (const status of STATUSES) columns[status].sort(ORDER[sort ?? "gravity"](status, summaries));
  return columns;
}

/**
 * Return the function that compares two open searches, for sorting: the same order everywhere.
 * @param {Map<string, Summary>} summaries as far as loaded
 * @returns {(a: any, b: any) => number}
 */
export const byGravity = (summaries) => (a, b) => comparePlaces(placeOf(a, summaries.get(a.id)), placeOf(b, summaries.get(b.id)));

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

/** @type {Record<string, (status: string, summaries: any) => (a: any, b: any) => number>} */
const ORDER = {
  gravity: (/** @type {string} */ status, /** @type {Map<string, Summary>} */ summaries) => (status === "open" ? byGravity(summaries) : lastChanged),
  missing: () => (/** @type {any} */ a, /** @type {any} */ b) => newest(b, a),
  event: (/** @type {any} */ _, /** @type {any} */ summaries) => (/** @type {any} */ a, /** @type {any} */ b) => lastEvent(b, summaries) - lastEvent(a, summaries) || lastChanged(a, b),
};

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

/** @param {{ id: string }} given @param {any} summaries */
const lastEvent = ({ id }, summaries) => Date.parse(summaries.get(id)?.last?.at ?? 0);

/** @param {any} a @param {any} b */
const newest = (a, b) => Date.parse(b.state.missing_since) - Date.parse(a.state.missing_since) || (a.id < b.id ? -1 : 1);

/** @param {any} a @param {any} b */
const lastChanged = (a, b) => b.seq - a.seq;
