/* Net difference between two states of a board, whatever happened in between. Pure; the same rules as board/history/diff.py. */

import { isEqual } from "../core/rules/merge_patch.js";
import { DERIVED } from "../core/rules/queues.js";

/**
 * Return [{kind, id, number, change: "added" | "changed" | "removed", fields: [{path, from, to}]}]. Of what was added or removed,
 * all fields are listed.
 * @param {Iterable<Entity>} before iterable of entities {kind, id, seq, state}
 * @param {Iterable<Entity>} after
 */
export function stateDiff(before, after) {
  const old = new Map([...before].map((entity) => [keyOf(entity), entity]));
  const found = [];
  for (const entity of after) {
    const was = old.get(keyOf(entity));
    old.delete(keyOf(entity));
    if (was?.seq === entity.seq) continue; // no event has changed it
    const fields = ofKind(entity, differences(was?.state ?? {}, entity.state));
    if (!was || fields.length) found.push(change(entity, was ? "changed" : "added", fields));
  }
  return [...found, ...[...old.values()].map((entity) => change(entity, "removed", ofKind(entity, differences(entity.state, {}))))];
}

/**
 * Return the fields without those that follow from others.
 * @param {Entity} entity
 * @param {FieldChange[]} fields
 */
const ofKind = ({ kind }, fields) => fields.filter(({ path }) => !(kind === "sighting" ? DERIVED.has(path) : WITH_TEXTS.has(kind) && path.startsWith("authorship.")));

const WITH_TEXTS = new Set(["briefing", "handover"]); // who wrote a text follows from its changes

/** @param {{ kind: Kind, id: string }} options */
const keyOf = ({ kind, id }) => `${kind} ${id}`;

/** @param {Entity} entity @param {EntityChange["change"]} what @param {FieldChange[]} fields */
function change({ kind, id, state }, what, fields) {
  const { number } = state;
  return { kind, id, ...(number === undefined || number === null ? {} : { number }), change: what, fields };
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
 * Return the fields that are not null, by path; lists are leaves.
 * @param {object} state
 */
export function leaves(state, path = "", found = new Map()) {
  for (const [name, value] of Object.entries(state)) {
    if (value === null || value === undefined) continue;
    if (typeof value === "object" && !Array.isArray(value)) leaves(value, `${path}${name}.`, found);
    else found.set(path + name, value);
  }
  return found;
}
