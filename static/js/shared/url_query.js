/** What is asked of a list, as it stands in the address of its page: so a reload, a link and the back button keep it. Pure. */

/**
 * @param known name -> RegExp: what may be asked by that name
 * @returns {NONE: nothing is asked, read(query) -> what is asked, written(asked) -> query}
 */
export function urlQuery(known) {
  const NONE = Object.freeze(Object.fromEntries(Object.keys(known).map((name) => [name, null])));

  /** "?kind=task&assignee=me" -> {kind: "task", assignee: "me", …}; what is not understood is left out. */
  function read(query) {
    const given = new URLSearchParams(query);
    const understood = (name) => (known[name].test(given.get(name) ?? "") ? given.get(name) : null);
    return Object.fromEntries(Object.keys(known).map((name) => [name, understood(name)]));
  }

  /** -> "?kind=task&assignee=me", or "" where nothing is asked */
  function written(asked) {
    const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== null)).toString();
    return query && `?${query}`;
  }

  return { NONE, read, written };
}
