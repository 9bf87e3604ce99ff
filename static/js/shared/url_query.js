/** Filter in the query of the URL, so that a reload, a link and the back button preserve it. Pure. */

/**
 * @template {string} Name
 * @param {Record<Name, { test(value: string): boolean }>} patterns the allowed values
 * @returns {{ NONE: UrlFilter<Name>, read(query: string): UrlFilter<Name>, written(values: UrlFilter): string }} `NONE` is the empty filter
 */
export function urlQuery(patterns) {
  const names = /** @type {Name[]} */ (Object.keys(patterns));
  const NONE = Object.freeze(/** @type {UrlFilter<Name>} */ (Object.fromEntries(names.map((name) => [name, null]))));

  /**
   * "?kind=task&assignee=me" -> {kind: "task", assignee: "me", …}; invalid values become null.
   * @param {string} query
   */
  function read(query) {
    const params = new URLSearchParams(query);
    const validValue = (/** @type {Name} */ name) => (patterns[name].test(params.get(name) ?? "") ? params.get(name) : null);
    return /** @type {UrlFilter<Name>} */ (Object.fromEntries(names.map((name) => [name, validValue(name)])));
  }

  /**
   * Return "?kind=task&assignee=me", or "" for an empty filter.
   * @param {UrlFilter} values
   */
  function written(values) {
    const setValues = /** @type {[string, string][]} */ (Object.entries(values).filter(([, value]) => value !== null));
    const query = new URLSearchParams(setValues).toString();
    return query && `?${query}`;
  }

  return { NONE, read, written };
}
