/* Net difference between two states of a board. Pure; the same rules as board/history/diff.py. */

import { isEqual } from "../core/rules/merge_patch.js";
import { DERIVED } from "../core/rules/queues.js";

/**
 * Return [{kind, id, number, change: "added" | "changed" | "removed", fields: [{path, from, to}]}]. For added and removed entities, all
 * fields are listed.
 * @param {Iterable<Entity>} before iterable of entities {kind, id, seq, state}
 * @param {Iterable<Entity>} after
 */
export function stateDiff(before, after) {
  const old = new Map([...before].map((entity) => [keyOf(entity), entity]));
  const diffs = [];
  for (const entity of after) {
    const oldEntity = old.get(keyOf(entity));
    old.delete(keyOf(entity));
    if (oldEntity?.seq === entity.seq) continue; // no event has changed it
    const fields = withoutDerived(entity, differences(oldEntity?.state ?? {}, entity.state));
    if (!oldEntity || fields.length) diffs.push(describeChange(entity, oldEntity ? "changed" : "added", fields));
  }
  return [...diffs, ...[...old.values()].map((entity) => describeChange(entity, "removed", withoutDerived(entity, differences(entity.state, {}))))];
}

/**
 * Leave out derived fields.
 * @param {Entity} entity
 * @param {FieldChange[]} fields
 */
const withoutDerived = ({ kind }, fields) => fields.filter(({ path }) => !(kind === "sighting" ? DERIVED.has(path) : WITH_TEXTS.has(kind) && path.startsWith("authorship.")));

const WITH_TEXTS = new Set(["briefing", "handover"]); // the authors of a text are derived from its changes

/** @param {{ kind: Kind, id: string }} options */
const keyOf = ({ kind, id }) => `${kind} ${id}`;

/** @param {Entity} entity @param {EntityChange["change"]} changeType @param {FieldChange[]} fields */
function describeChange({ kind, id, state }, changeType, fields) {
  const { number } = state;
  return { kind, id, ...(number === undefined || number === null ? {} : { number }), change: changeType, fields };
}

/**
 * Return the changed fields of two states by path, sorted like the contract's `changes`.
 * @param {any} before
 * @param {any} after
 */
export function differences(before, after) {
  const [old, now] = [leaves(before), leaves(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].filter((path) => !isEqual(old.get(path), now.get(path)));
  return paths.sort().map((path) => ({ path, from: old.get(path) ?? null, to: now.get(path) ?? null }));
}

/**
 * Return the fields of a state that are not null, by path; lists are leaves.
 * @param {object} state
 */
export function leaves(state, path = "", result = new Map()) {
  for (const [name, value] of Object.entries(state)) {
    if (value === null || value === undefined) continue;
    if (typeof value === "object" && !Array.isArray(value)) leaves(value, `${path}${name}.`, result);
    else result.set(path + name, value);
  }
  return result;
}
