/* Compare two moments of a board: added, solved, moved, changed and removed entities. Pure. */

import { isCard, isInternal } from "../core/rules/kinds.js";
import { stateDiff } from "./state_diff.js";

/** In display order. */
export const CHANGE_KINDS = ["added", "solved", "moved", "changed", "removed"];

/** @type {Set<Json | undefined>} */
const OPEN = new Set([null, undefined, "unassessed"]);

/**
 * Return [{...change, way, before, after}] for the entities before and after; irrelevant changes are left out.
 * @param {Iterable<Entity>} before
 * @param {Iterable<Entity>} after
 */
export function compareStates(before, after) {
  const [old, now] = [byId(before), byId(after)];
  return stateDiff(before, after)
    .map((change) => {
      const [oldEntity, newEntity] = [old.get(keyOf(change)), now.get(keyOf(change))];
      const fields = change.fields.filter(({ path }) => !isInternal(path, change.kind));
      return { ...change, fields, before: oldEntity, after: newEntity, way: wayOf(change, newEntity, { old, now }) };
    })
    .filter(({ way, fields }) => way !== "changed" || fields.length)
    .sort((a, b) => CHANGE_KINDS.indexOf(a.way) - CHANGE_KINDS.indexOf(b.way) || (a.number ?? 0) - (b.number ?? 0));
}

/**
 * Return the kind of change; a card that was both moved and changed gets the more important one.
 * @param {EntityChange} change
 * @param {Entity | undefined} newEntity
 * @param {{ old: Map<string, Entity>, now: Map<string, Entity> }} options
 */
function wayOf({ kind, change, fields }, newEntity, { old, now }) {
  if (change !== "changed") return change;
  const field = (/** @type {string} */ path) => fields.find((change) => change.path === path);
  if (field("withdrawn")?.to) return "removed";
  if (isSolved(kind, field, { old, now })) return "solved";
  return field("column") || (kind === "column" && field("rank")) ? "moved" : "changed";
}

/**
 * Return true for a finished card, an assessed sighting, or an ended search.
 * @param {Kind} kind
 * @param {(path: string) => FieldChange | undefined} field
 * @param {{ old: Map<string, Entity>, now: Map<string, Entity> }} options
 */
function isSolved(kind, field, { old, now }) {
  const column = field("column"), assessment = field("assessment"), status = field("status");
  if (kind === "search") return status?.from === "open";
  if (kind === "sighting") return assessment !== undefined && OPEN.has(assessment.from) && !OPEN.has(assessment.to);
  return column !== undefined && isDone(now, column.to) && !isDone(old, column.from);
}

/** @param {Map<string, Entity>} entities @param {any} column */
const isDone = (entities, column) => entities.get(`column ${column}`)?.state.role === "done";
/** @param {{ kind: Kind, id: string }} options */
const keyOf = ({ kind, id }) => `${kind} ${id}`;
/** @param {Iterable<Entity>} entities */
const byId = (entities) => new Map([...entities].map((entity) => [keyOf(entity), entity]));

/**
 * Return the differences as badges of cards and header. Checks the kind, because other entities may share the id of the search.
 * @param {ShownChange[]} changes
 */
export function changeBadges(changes) {
  return new Map(changes.filter(({ kind, way }) => way !== "removed" && (isCard(kind) || kind === "search")).map(({ kind, id, way, fields }) => [id, {
    type: kind === "search" ? "search.updated" : `${kind}.${way}`, actor: null, at: null, changes: fields.map(({ path }) => path),
  }]));
}
