/* Order and columns of searches. Pure. */
import { comparePlaces, placeOf } from "../core/rules/search_gravity.js";

export const STATUSES = ["open", "found", "closed"];

export const SORTS = ["gravity", "missing", "event"];

/**
 * Return the sort order in a query, "?sort=event" -> "event"; by gravity if missing or unknown.
 * @param {any} query
 */
export function sortFromQuery(query) {
  const sort = new URLSearchParams(query).get("sort");
  return sort !== null && SORTS.includes(sort) ? sort : SORTS[0];
}

/**
 * Group searches by status and sort each group. "gravity": open searches by the order of search_gravity.js, others by
 * last change. "missing": longest missing first. "event": most recent event first.
 * @param {Entity[]} searches
 * @param {{ keep?: (search: any) => any, sort?: string | null, summaries?: Map<string, Summary> }} [options] `summaries`: the loaded ones
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
 * Return the comparator of open searches that every list uses.
 * @param {Map<string, Summary>} summaries the loaded ones
 * @returns {(a: any, b: any) => number}
 */
export const byGravity = (summaries) => (a, b) => comparePlaces(placeOf(a, summaries.get(a.id)), placeOf(b, summaries.get(b.id)));

/** @type {Record<string, (status: string, summaries: any) => (a: any, b: any) => number>} */
const ORDER = {
  gravity: (/** @type {string} */ status, /** @type {Map<string, Summary>} */ summaries) => (status === "open" ? byGravity(summaries) : compareLastChange),
  missing: () => (/** @type {any} */ a, /** @type {any} */ b) => compareMissingSince(b, a),
  event: (/** @type {any} */ _, /** @type {any} */ summaries) => (/** @type {any} */ a, /** @type {any} */ b) => lastEventTime(b, summaries) - lastEventTime(a, summaries) || compareLastChange(a, b),
};

/** @param {{ id: string }} search @param {any} summaries */
const lastEventTime = ({ id }, summaries) => Date.parse(summaries.get(id)?.last?.at ?? 0);

/** @param {any} a @param {any} b */
const compareMissingSince = (a, b) => Date.parse(b.state.missing_since) - Date.parse(a.state.missing_since) || (a.id < b.id ? -1 : 1);

/** @param {any} a @param {any} b */
const compareLastChange = (a, b) => b.seq - a.seq;
