/**
 * Paths, merge patches (RFC 7396) and differences between plain states. Pure.
 * @param {unknown} value
 */

const isGroup = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/**
 * Return the value at a path such as "person.age"; null if a group on the way is unset.
 * @param {any} state
 * @param {string} path
 */
export function valueAt(state, path) {
  let value = state;
  for (const key of path.split(".")) value = isGroup(value) ? value[key] : undefined;
  return value ?? null;
}

/**
 * Turn values by path into a patch: {"place.text": "Gent"} becomes {place: {text: "Gent"}}.
 * @param {{ [path: string]: unknown }} leaves
 */
export function toPatch(leaves) {
  /** @type {any} */
  const data = {};
  for (const [path, value] of Object.entries(leaves)) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    let group = data;
    for (const key of keys) group = group[key] ??= {};
    group[last] = value;
  }
  return data;
}

/** @param {any} state @param {any} patch */
export function applyPatch(state, patch) {
  if (!isGroup(patch)) return patch;
  const merged = { ...(isGroup(state) ? state : {}) };
  for (const [key, value] of Object.entries(patch)) {
    merged[key] = applyPatch(merged[key], value);
  }
  return merged;
}

/** @param {unknown} a @param {unknown} b */
export function isEqual(a, b) {
  if (a === b || (a ?? null) === (b ?? null)) return true;
  return typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Return {path, from, to} for each path, including paths that are gone: the event that removes a checklist item still names
 * `checklist.k1.done`.
 * @param {unknown} before
 * @param {unknown} after
 * @param {string[]} changes
 */
export function fieldChanges(before, after, changes) {
  return changes.map((path) => ({ path, from: valueAt(before, path), to: valueAt(after, path) }));
}
