/* Compare two moments of a board: what was added, solved, moved, changed and removed. Pure. */

import { stateDiff } from "./state_diff.js";

/** In display order. */
export const CHANGE_KINDS = ["added", "solved", "moved", "changed", "removed"];

const OPEN = new Set([null, undefined, "unassessed"]);
// Not shown as a change: position within a column, and what another field already says.
const UNTOLD = new Set(["rank", "source_kept"]);

/** Return [{...change, way, before, after}] for the entities before and after; irrelevant changes are left out. */
export function compareStates(before, after) {
  const [old, now] = [byId(before), byId(after)];
  return stateDiff(before, after)
    .map((change) => {
      const [was, is] = [old.get(keyOf(change)), now.get(keyOf(change))];
      const fields = change.fields.filter(({ path }) => !UNTOLD.has(path));
      return { ...change, fields, before: was, after: is, way: wayOf(change, is, { old, now }) };
    })
    .filter(({ way, fields }) => way !== "changed" || fields.length)
    .sort((a, b) => CHANGE_KINDS.indexOf(a.way) - CHANGE_KINDS.indexOf(b.way) || (a.number ?? 0) - (b.number ?? 0));
}

/** Return the kind of change; a card that was both moved and changed gets the more important one. */
function wayOf({ kind, change, fields }, is, { old, now }) {
  if (change !== "changed") return change;
  const field = (path) => fields.find((each) => each.path === path);
  if (field("withdrawn")?.to) return "removed";
  if (isSolved(kind, field, { old, now })) return "solved";
  return field("column") || (kind === "column" && field("rank")) ? "moved" : "changed";
}

/** A task that is done, a sighting that was assessed, or a search that has ended. */
function isSolved(kind, field, { old, now }) {
  const [column, assessment, status] = [field("column"), field("assessment"), field("status")];
  if (kind === "task") return Boolean(column) && isDone(now, column.to) && !isDone(old, column.from);
  if (kind === "sighting") return Boolean(assessment) && OPEN.has(assessment.from) && !OPEN.has(assessment.to);
  return kind === "search" && status?.from === "open";
}

const isDone = (entities, column) => entities.get(`column ${column}`)?.state.role === "done";
const keyOf = ({ kind, id }) => `${kind} ${id}`;
const byId = (entities) => new Map([...entities].map((entity) => [keyOf(entity), entity]));

/** Return the differences as badges of cards and header. */
export function changeBadges(changes) {
  return new Map(changes.filter(({ way }) => way !== "removed").map(({ kind, id, way, fields }) => [id, {
    type: kind === "search" ? "search.updated" : `${kind}.${way}`, actor: null, at: null, changes: fields.map(({ path }) => path),
  }]));
}
