/* Which searches stand in which column, and in what order. Pure. */

export const STATUSES = ["open", "found", "closed"];

/** searches: [{id, seq, state}] -> {open, found, closed}: open ones with the worrying first and then the newest missing,
    the others with the last changed first. */
export function byStatus(searches, keep = () => true) {
  const columns = Object.fromEntries(STATUSES.map((status) => [status, []]));
  for (const search of searches) if (keep(search)) columns[search.state.status]?.push(search);
  columns.open.sort((a, b) => worrying(b) - worrying(a) || newest(a, b));
  columns.found.sort(lastChanged);
  columns.closed.sort(lastChanged);
  return columns;
}

/** "Noor V.": no surname on a screen that a room can see. */
export function nameOf({ first_name: first, last_name: last }) {
  return last ? `${first} ${[...last.trim()][0].toUpperCase()}.` : first;
}

/** Does a search have one of these words, in what its card shows? words: lower case; texts: what is shown besides */
export function matches({ state }, text, others = []) {
  const shown = [nameOf(state.person), state.reference, state.last_seen?.text, ...others].filter(Boolean).join(" ").toLocaleLowerCase();
  return text.toLocaleLowerCase().split(/\s+/).every((word) => shown.includes(word));
}

/** A criterion applies, and nobody has decided whether the disappearance is worrying. */
export function undecided({ worrying, criteria }) {
  return worrying === null && Object.values(criteria ?? {}).some((criterion) => criterion?.answer === "yes");
}

const worrying = ({ state }) => (state.worrying === true ? 1 : 0);
const newest = (a, b) => Date.parse(b.state.missing_since) - Date.parse(a.state.missing_since) || (a.id < b.id ? -1 : 1);
const lastChanged = (a, b) => b.seq - a.seq;
