/* Which searches stand in which column, and in what order. Pure. */
import { needsDecision } from "../core/suggested_criteria.js";
import { matchesAll, searchableText, tokenize } from "../core/text_filter.js";

export const STATUSES = ["open", "found", "closed"];

export const SORTS = ["gravity", "missing", "event"];

/** "?sort=event" -> "event"; by gravity where nothing is asked that is known */
export function sortFromQuery(query) {
  const asked = new URLSearchParams(query).get("sort");
  return SORTS.includes(asked) ? asked : SORTS[0];
}

/**
 * searches: [{id, seq, state}] -> {open, found, closed}, each in order. By gravity, open ones have the worrying first, then those of
 * which nobody has decided it, then the newest missing; the others the last changed. `missing`: the longest missing first.
 * `event`: where something happened last. summaries: Map(id -> {last: {at}}), as far as they came
 */
export function byStatus(searches, { keep = () => true, sort = "gravity", summaries = new Map() } = {}) {
  const columns = Object.fromEntries(STATUSES.map((status) => [status, []]));
  for (const search of searches) if (keep(search)) columns[search.state.status]?.push(search);
  for (const status of STATUSES) columns[status].sort(ORDER[sort](status, summaries));
  return columns;
}

const ORDER = {
  gravity: (status) => (status === "open" ? (a, b) => gravity(b) - gravity(a) || newest(a, b) : lastChanged),
  missing: () => (a, b) => newest(b, a),
  event: (_, summaries) => (a, b) => lastEvent(b, summaries) - lastEvent(a, summaries) || lastChanged(a, b),
};

/** "Noor V.": no surname on a screen that a room can see. */
export function shortPersonName({ first_name: first, last_name: last }) {
  return last ? `${first} ${[...last.trim()][0].toUpperCase()}.` : first;
}

/** Does a search have all words of a text, in what its card shows? others: texts that are shown besides */
export const matchesSearch = ({ state }, text, others = []) =>
  matchesAll(tokenize(text), searchableText([shortPersonName(state.person), state.reference, state.last_seen?.text, ...others]));

const gravity = ({ state }) => (state.worrying === true ? 2 : needsDecision(state) ? 1 : 0);
const lastEvent = ({ id }, summaries) => Date.parse(summaries.get(id)?.last?.at ?? 0);
const newest = (a, b) => Date.parse(b.state.missing_since) - Date.parse(a.state.missing_since) || (a.id < b.id ? -1 : 1);
const lastChanged = (a, b) => b.seq - a.seq;
