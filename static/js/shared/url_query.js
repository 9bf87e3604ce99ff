/** Keep a filter in the query of the URL, so that reload, links and the back button preserve it. Pure. */

/**
 * @param known name -> RegExp of the allowed values
 * @returns - {NONE: empty filter, read(query) -> filter, written(filter) -> query}
 */
export function urlQuery(known) {
  const NONE = Object.freeze(Object.fromEntries(Object.keys(known).map((name) => [name, null])));

  /** "?kind=task&assignee=me" -> {kind: "task", assignee: "me", …}; invalid parameters are left out. */
  function read(query) {
    const given = new URLSearchParams(query);
    const understood = (name) => (known[name].test(given.get(name) ?? "") ? given.get(name) : null);
    return Object.fromEntries(Object.keys(known).map((name) => [name, understood(name)]));
  }

  /** Return "?kind=task&assignee=me", or "" for an empty filter. */
  function written(asked) {
    const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== null)).toString();
    return query && `?${query}`;
  }

  return { NONE, read, written };
}
