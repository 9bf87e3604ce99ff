/* Two moments of a board beside each other: what was added, solved, moved, changed and taken away between them. Pure. */

import { stateDiff } from "./state_diff.js";

/** In this order they are told. */
export const CHANGE_KINDS = ["added", "solved", "moved", "changed", "removed"];

const OPEN = new Set([null, undefined, "unassessed"]);
// Not told as a change of its own: another place in the same column, and what says the same as another field.
const UNTOLD = new Set(["rank", "source_kept"]);

/** before, after: entities, iterable -> [{...change, way, before, after}] with what it was and is; what says nothing to people is left out. */
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

/** By the way in which it is told: of a card that was both moved and changed, what weighs more. */
function wayOf({ kind, change, fields }, is, { old, now }) {
  if (change !== "changed") return change;
  const field = (path) => fields.find((each) => each.path === path);
  if (field("withdrawn")?.to) return "removed";
  if (isSolved(kind, field, { old, now })) return "solved";
  return field("column") || (kind === "column" && field("rank")) ? "moved" : "changed";
}

/** A task that is done, a sighting that was assessed, a search that was ended. */
function isSolved(kind, field, { old, now }) {
  const [column, assessment, status] = [field("column"), field("assessment"), field("status")];
  if (kind === "task") return Boolean(column) && isDone(now, column.to) && !isDone(old, column.from);
  if (kind === "sighting") return Boolean(assessment) && OPEN.has(assessment.from) && !OPEN.has(assessment.to);
  return kind === "search" && status?.from === "open";
}

const isDone = (entities, column) => entities.get(`column ${column}`)?.state.role === "done";
const keyOf = ({ kind, id }) => `${kind} ${id}`;
const byId = (entities) => new Map([...entities].map((entity) => [keyOf(entity), entity]));

/** Marks for the cards (and the head) that differ, as a board has them. */
export function changeBadges(changes) {
  return new Map(changes.filter(({ way }) => way !== "removed").map(({ kind, id, way, fields }) => [id, {
    type: kind === "search" ? "search.updated" : `${kind}.${way}`, actor: null, at: null, changes: fields.map(({ path }) => path),
  }]));
}
