/* Order of searches, and their columns. Pure. */
import { comparePlaces, placeOf } from "../core/rules/search_gravity.js";

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

/** @type {Record<string, (status: string, summaries: any) => (a: any, b: any) => number>} */
const ORDER = {
  gravity: (/** @type {string} */ status, /** @type {Map<string, Summary>} */ summaries) => (status === "open" ? byGravity(summaries) : lastChanged),
  missing: () => (/** @type {any} */ a, /** @type {any} */ b) => newest(b, a),
  event: (/** @type {any} */ _, /** @type {any} */ summaries) => (/** @type {any} */ a, /** @type {any} */ b) => lastEvent(b, summaries) - lastEvent(a, summaries) || lastChanged(a, b),
};

/** @param {{ id: string }} given @param {any} summaries */
const lastEvent = ({ id }, summaries) => Date.parse(summaries.get(id)?.last?.at ?? 0);

/** @param {any} a @param {any} b */
const newest = (a, b) => Date.parse(b.state.missing_since) - Date.parse(a.state.missing_since) || (a.id < b.id ? -1 : 1);

/** @param {any} a @param {any} b */
const lastChanged = (a, b) => b.seq - a.seq;
