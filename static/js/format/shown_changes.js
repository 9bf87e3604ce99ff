/** Visible changes of an entity: without internal fields, and with related fields as one change. Pure. */
import { isEqual, valueAt } from "../core/rules/merge_patch.js";
import { isInternal } from "../core/rules/kinds.js";
import { formatPath } from "./values.js";

const GROUP = /^(?:checklist|criteria|earlier)\.\w+/; // a checklist item, an answer with its basis, an earlier disappearance
const POINT = /^([\w.]+)\.(?:lat|lon)$/;

/**
 * Return the visible changes, each with the kind of its entity, which determines its label. A change is left out if its text is the
 * same before and after.
 * @param {FieldChange[]} changes `from` is undefined if unknown
 * @param {{ kind: string, before: any, state: any }} entity states before and after; `before` is undefined if unknown
 * @param {{ session: Session, board: any }} ctx for the names of people and cards
 * @returns {ToldChange[]}
 */
export function shownChanges(changes, { kind, before, state }, ctx) {
  const visible = changes.filter(({ path }) => !isInternal(path, kind));
  const text = (/** @type {string} */ path, /** @type {any} */ value) => formatPath(path, value, ctx, kind);
  return groupChanges(visible, before, state)
    .filter(({ path, from, to }) => (from === undefined ? text(path, to) !== null : text(path, from) !== text(path, to)))
    .map((change) => ({ ...change, kind }));
}

/**
 * Combine the changes of one checklist item, one answer, one earlier disappearance, or one place.
 * @param {FieldChange[]} changes
 * @param {any} before
 * @param {any} state
 */
export function groupChanges(changes, before, state) {
  const places = changes.map(({ path }) => path.match(POINT)?.[1]).filter((name) => name !== undefined);
  /** @type {Map<string, any>} */
  const groups = new Map();
  for (const change of changes) {
    const path = change.path.match(GROUP)?.[0] ?? places.find((name) => change.path.startsWith(`${name}.`));
    groups.set(path ?? change.path, path ? { path, from: before === undefined ? undefined : valueAt(before, path), to: valueAt(state, path) } : change);
  }
  return [...groups.values()];
}

/**
 * Return the state before net changes, by their `from` values.
 * @param {any} state
 * @param {FieldChange[]} changes
 */
export function stateBefore(state, changes) {
  const before = structuredClone(state ?? {});
  for (const { path, from } of changes) {
    const keys = path.split("."), last = /** @type {string} */ (keys.pop());
    const group = keys.reduce((/** @type {any} */ group, key) => (group[key] ??= {}), before);
    group[last] = from;
  }
  return withoutEmpty(before, changes);
}

/**
 * Set groups without any value to null.
 * @param {any} before
 * @param {FieldChange[]} changes
 */
function withoutEmpty(before, changes) {
  for (const path of new Set(changes.map((change) => change.path.match(GROUP)?.[0]).filter((group) => group !== undefined))) {
    const [group, key] = path.split(".");
    if (Object.values(before[group][key]).every((value) => isEqual(value, null))) before[group][key] = null;
  }
  return before;
}
